"""Users, wallets, positions and fills in PostgreSQL: one function call, one transaction each."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence

import asyncpg
import structlog

from bot.adapters.database.batches import Batches
from bot.adapters.database.connection import Pool, connected, json_array, pinned, to_json
from bot.adapters.database.endings import Endings, queued, shared_out
from bot.adapters.database.live_holds import with_held
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.meetings import Meetings
from bot.adapters.database.rows import (
    booking_to_json,
    closed_order_from,
    desk_from,
    notices_to_json,
    position_from,
)
from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.positions import Position
from bot.domain.requests import Request
from bot.domain.users import Mode, PersonSeen, Role, Status, User
from bot.observability.journeys import note_asked, note_booked
from bot.ports.books import BookingConflict, ClosedOrder, Desk, Settlement

_log = structlog.get_logger(__name__)
_HISTORY = """
    SELECT o.number AS order_number, o.position_number, o.season, o.receipt, o.reason,
           p.opened_at, t.*
    FROM orders o JOIN solana_tokens t USING (token_id)
    JOIN positions p ON p.user_id = o.user_id AND p.mode = o.mode AND p.season = o.season
      AND p.number = o.position_number
    WHERE o.user_id = $1 AND o.mode = $2 AND o.season = $3
      AND ($4::integer IS NULL OR o.number < $4)
    ORDER BY o.number DESC LIMIT $5
"""
_OPEN_SHORTS = """
    SELECT p.* FROM positions p JOIN virtual_wallets w USING (user_id, mode, season)
    WHERE p.mode = $1 AND p.user_id = ANY($2) AND p.side = 'short' AND p.state = 'open'
      AND w.is_current
    ORDER BY p.user_id, p.number
"""
_CROWD = "SELECT user_id FROM users WHERE user_id > $1 ORDER BY user_id LIMIT 2000"
# One probe of the index per token, however many people hold it.
_HELD_TOKENS = """
    SELECT t.token_id FROM solana_tokens t CROSS JOIN LATERAL (
      SELECT FROM positions p JOIN virtual_wallets w USING (user_id, mode, season)
      WHERE p.token_id = t.token_id AND p.state = 'open' AND w.is_current LIMIT 1
    ) AS somebody
"""
_READ_DESKS = "SELECT open_desks FROM open_desks($1, $2, $3)"
_BOOK = "SELECT outcomes, notice_ids FROM book_settlements($1::text::jsonb)"

_BEFORE_ALL = -(2**63)

_Booking = tuple[int, str, int]  # the user, the booking as JSON, how many notices


class PostgresBooks:
    """The books over asyncpg.

    `on_outbox` is called after each commit that queued notices, with those of them that are
    known here: with none it says only that there are some.

    What the path of a command asks (desks, bookings) is asked together with what others ask.
    """

    def __init__(self, pool: Pool, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox
        self._meetings = Meetings(pool)
        self._endings = Endings(pool)
        self._desks = Batches(self._read_desks)
        self._bookings = Batches(self._book, key=_user_of)

    async def identify(
        self, person: PersonSeen, role: Role | None, newcomer: Status = Status.ACTIVE
    ) -> User:
        """Give the user, created with a granted paper wallet at first sight."""
        return await self._meetings.meet(person, role, newcomer)

    async def desk(self, user_id: int, mode: Mode, request_id: str) -> Desk:
        """Read all that a decision needs, in one round trip."""
        found = await self._desks.ask((user_id, mode.value, request_id))
        if mode is Mode.LIVE:
            return await self._live_desk(found)
        assert found is not None, "a desk is asked for before its user was met"  # noqa: S101
        return desk_from(found)

    async def _live_desk(self, found: Mapping[str, object] | None) -> Desk:
        if found is None:
            raise Refusal("live_wallet_missing")
        async with connected(self._pool) as connection:
            return await with_held(connection, desk_from(found))

    async def book(
        self, request: Request, settlement: Settlement, notices: Sequence[Notice]
    ) -> None:
        """Book the fill, its notices and the end of its update together, once."""
        note_asked()
        booking = booking_to_json(request, settlement, notices)
        try:
            outcome, ids = await self._bookings.ask(
                (settlement.user_id, to_json(booking), len(notices))
            )
        except (asyncpg.CheckViolationError, asyncpg.UniqueViolationError) as error:
            # The books hold other figures than the decision was made on. They know its version of
            # the wallet, so this is a fault of ours: it is logged, and decided again.
            _log.error("booking_broke_a_rule", constraint=error.constraint_name)
            raise BookingConflict(error.constraint_name or "constraint") from error
        note_booked()
        _judge(outcome, settlement.receipt.order_number)
        self._on_outbox(queued(ids, notices))

    async def answer(self, request: Request, notices: Sequence[Notice]) -> None:
        """Queue the answer to a request that changed nothing and close its update."""
        note_asked()
        queued_now = await self._endings.end(request.update_id, "", notices)
        note_booked()
        if notices:
            self._on_outbox(queued_now)

    async def _read_desks(
        self, asked: Sequence[tuple[int, str, str]]
    ) -> list[Mapping[str, object] | None]:
        async with pinned(self._pool) as connection:
            rows = await connection.fetch(_READ_DESKS, *zip(*asked, strict=True))
        return [row[0] for row in rows]

    async def _book(self, bookings: Sequence[_Booking]) -> list[tuple[str, list[int]]]:
        async with pinned(self._pool) as connection:
            row = await connection.fetchrow(_BOOK, json_array([text for _, text, _ in bookings]))
        assert row is not None, "a function always answers"  # noqa: S101
        counts = [
            count if outcome == "booked" else 0
            for (_, _, count), outcome in zip(bookings, row["outcomes"], strict=True)
        ]
        return list(zip(row["outcomes"], shared_out(row["notice_ids"], counts), strict=True))

    async def start_season(self, request: Request, mode: Mode, notices: Sequence[Notice]) -> None:
        """Close the wallet's season, keep it, and begin the next with a new grant."""
        async with connected(self._pool) as connection:
            outcome = await connection.fetchval(
                "SELECT start_season($1, $2, $3, $4, $5)",
                request.user.user_id,
                mode.value,
                request.request_id,
                request.update_id,
                notices_to_json(notices),
            )
        _judge(outcome, 0)
        self._on_outbox(())

    async def set_blocks_danger(
        self, request: Request, *, blocks: bool, notices: Sequence[Notice]
    ) -> None:
        """Keep whether dangerous tokens are blocked for the asking user."""
        async with connected(self._pool) as connection:
            outcome = await connection.fetchval(
                "SELECT set_blocks_danger($1, $2, $3, $4)",
                request.user.user_id,
                blocks,
                request.update_id,
                notices_to_json(notices),
            )
        _judge(outcome, 0)
        self._on_outbox(())

    async def history(
        self, user_id: int, mode: Mode, season: int, before_order: int | None, limit: int
    ) -> list[ClosedOrder]:
        """Give the fills of a season, newest first."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(
                _HISTORY, user_id, mode.value, season, before_order, limit
            )
        return [closed_order_from(row) for row in rows]

    async def open_shorts(
        self, mode: Mode, user_ids: Collection[int]
    ) -> list[tuple[int, Position]]:
        """Give these users' open shorts of the present season, with their user ids."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_OPEN_SHORTS, mode.value, list(user_ids))
        return [(row["user_id"], position_from(row)) for row in rows]

    async def all_open_shorts(self, mode: Mode) -> AsyncIterator[Sequence[tuple[int, Position]]]:
        """Give everybody's, the shorts of some thousand users at a time."""
        last = _BEFORE_ALL
        while crowd := await self._users_after(last):
            yield await self.open_shorts(mode, crowd)
            last = crowd[-1]

    async def _users_after(self, user_id: int) -> list[int]:
        async with connected(self._pool) as connection:
            return [row["user_id"] for row in await connection.fetch(_CROWD, user_id)]

    async def held_tokens(self) -> set[int]:
        """Give the token ids in which anybody has an open position."""
        async with connected(self._pool) as connection:
            return {row["token_id"] for row in await connection.fetch(_HELD_TOKENS)}


def _user_of(booking: _Booking) -> int:
    return booking[0]


def _judge(outcome: str, order_number: int) -> None:
    match outcome:
        case "booked":
            return
        case "repeated":
            raise Refusal("already_done", order_number=order_number)
        case "mismatch":
            raise Refusal("request_mismatch")
        case "frozen":
            raise Refusal("frozen")
        case "spent":
            raise Refusal("order_spent")
        case _:
            raise BookingConflict(outcome)
