"""Orders that wait, in PostgreSQL: changed by one function, read by user or by what is due."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from decimal import Decimal

import asyncpg
import structlog

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.endings import queued
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.resting_rows import change_to_json, resting_from
from bot.adapters.database.rows import closed_order_from, notices_to_json
from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.resting import Resting
from bot.domain.users import Mode
from bot.ports.books import BookingConflict, ClosedOrder
from bot.ports.resting import RestingChange

_log = structlog.get_logger(__name__)
_AT_ONCE = 5_000
_APPLY = "SELECT outcome, order_ids, notice_ids FROM book_resting($1)"
_OF_USER = """
    SELECT * FROM resting_orders
    WHERE user_id = $1 AND mode = $2
      AND (state IN ('working', 'submitted', 'asked') OR ended_at > now() - interval '1 minute')
    ORDER BY number
"""
_ONE = """
    SELECT * FROM resting_orders
    WHERE user_id = $1 AND mode = $2 AND number = $3 ORDER BY season DESC LIMIT 1
"""
_OF_INTENT = """
    SELECT * FROM resting_orders
    WHERE user_id = $1 AND intent_number = $2 AND state = 'submitted'
"""
_PROPOSED = """
    SELECT * FROM resting_orders r
    WHERE user_id = $1 AND mode = 'live' AND number = ANY ($2) AND state = 'proposed'
      AND EXISTS (SELECT FROM virtual_wallets w WHERE w.user_id = r.user_id AND w.mode = r.mode
        AND w.season = r.season AND w.is_current)
    ORDER BY number
"""
_FORGET_PROPOSED = """
    UPDATE resting_orders SET state = 'expired', end_reason = 'unconfirmed', ended_at = now()
    WHERE state = 'proposed' AND created_at < now() - interval '1 minute'
"""
_FILLED = """
    SELECT o.number AS order_number, o.position_number, o.season, o.receipt, o.reason,
           p.opened_at, t.*
    FROM orders o JOIN solana_tokens t USING (token_id)
    JOIN positions p ON p.user_id = o.user_id AND p.mode = o.mode AND p.season = o.season
      AND p.number = o.position_number
    WHERE o.user_id = $1 AND o.mode = $2 AND o.number = $3 ORDER BY o.season DESC LIMIT 1
"""
_WORKING = """
    SELECT * FROM resting_orders WHERE state = 'working' AND order_id > $1
    ORDER BY order_id LIMIT $2
"""
_TRIGGERED = "SELECT * FROM note_triggered($1, $2, $3)"
_DUE = """
    SELECT * FROM resting_orders
    WHERE state = 'working' AND due_at <= $1 AND triggered_at IS NULL
    ORDER BY due_at LIMIT $2
"""
_EXPIRING = """
    SELECT * FROM resting_orders
    WHERE state IN ('working', 'asked') AND expires_at <= $1 ORDER BY expires_at LIMIT $2
"""
_WARNABLE = """
    SELECT * FROM resting_orders
    WHERE state = 'working' AND expires_at <= $1 AND kind IN ('stop', 'trailing')
      AND action = 'close' AND NOT details ? 'is_warned'
      AND expires_at - created_at > interval '1 day' ORDER BY expires_at LIMIT $2
"""
# A row that somebody is booking at this moment is left to the next tick: to wait for it here,
# holding others, could be to wait in a circle.
_PEAKS = """
    UPDATE resting_orders r SET peak = p.peak, level = p.level
    FROM (
      SELECT r.user_id, r.order_id, p.peak, p.level
      FROM unnest($1::bigint[], $2::integer[], $3::numeric[], $4::numeric[])
        p(order_id, generation, peak, level)
      JOIN resting_orders r ON r.order_id = p.order_id AND r.generation = p.generation
        AND r.state = 'working'
      ORDER BY r.order_id FOR UPDATE OF r SKIP LOCKED
    ) p
    WHERE r.user_id = p.user_id AND r.order_id = p.order_id
"""


class PostgresResting:
    """Implements `bot.ports.resting.RestingBook`."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def apply(
        self, request: Request, change: RestingChange, notices: Sequence[Notice]
    ) -> tuple[int, ...]:
        """Make a change with its notices and the end of its update; gives the new orders' ids."""
        asked = {
            **change_to_json(change),
            "request_id": request.request_id,
            "update_id": request.update_id,
            "notices": notices_to_json(notices),
        }
        try:
            async with connected(self._pool) as connection:
                row = await connection.fetchrow(_APPLY, asked)
        except (asyncpg.CheckViolationError, asyncpg.UniqueViolationError) as error:
            _log.error("resting_broke_a_rule", constraint=error.constraint_name)
            raise BookingConflict(error.constraint_name or "constraint") from error
        assert row is not None, "a function always answers"  # noqa: S101
        _judge(row["outcome"])
        if notices:
            self._on_outbox(queued(row["notice_ids"], notices))
        return tuple(row["order_ids"])

    async def of_user(self, user_id: int, mode: Mode) -> list[Resting]:
        """Give a user's orders that wait, and those that ended within a minute."""
        return await self._fetch(_OF_USER, user_id, mode.value)

    async def of_intent(self, user_id: int, intent_number: int) -> Resting | None:
        """Give the order that a live intent is under way for."""
        found = await self._fetch(_OF_INTENT, user_id, intent_number)
        return found[0] if found else None

    async def proposed(self, user_id: int, numbers: Sequence[int]) -> list[Resting]:
        """Give the live orders of these numbers that were proposed and not confirmed yet."""
        return await self._fetch(_PROPOSED, user_id, list(numbers))

    async def forget_proposed(self) -> None:
        """End what was proposed and not confirmed in time."""
        async with connected(self._pool) as connection:
            await connection.execute(_FORGET_PROPOSED)

    async def one(self, user_id: int, mode: Mode, number: int) -> Resting | None:
        """Give an order by its number, in whatever state."""
        found = await self._fetch(_ONE, user_id, mode.value, number)
        return found[0] if found else None

    async def filled(self, user_id: int, mode: Mode, number: int) -> ClosedOrder | None:
        """Give the fill of this number."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_FILLED, user_id, mode.value, number)
        return None if row is None else closed_order_from(row)

    async def working(self) -> AsyncIterator[Sequence[Resting]]:
        """Give everybody's orders that wait, some thousands at a time."""
        last = 0
        while found := await self._fetch(_WORKING, last, _AT_ONCE):
            yield found
            last = found[-1].order_id

    async def triggered(self, seen: Sequence[tuple[int, int, datetime]]) -> list[Resting]:
        """Note that these orders' time was seen to have come; gives those that still wait."""
        ids, generations, moments = zip(*seen, strict=True)
        return await self._fetch(_TRIGGERED, ids, generations, moments)

    async def due(self, now: datetime, limit: int) -> list[Resting]:
        """Give orders whose moment has come, the longest due first."""
        return await self._fetch(_DUE, now, limit)

    async def expiring(self, before: datetime, limit: int) -> list[Resting]:
        """Give orders that expire before a moment, the first first."""
        return await self._fetch(_EXPIRING, before, limit)

    async def warnable(self, before: datetime, limit: int) -> list[Resting]:
        """Give protecting stops that expire before a moment and whose owner was not warned."""
        return await self._fetch(_WARNABLE, before, limit)

    async def keep_peaks(self, peaks: Sequence[tuple[int, int, Decimal, Decimal]]) -> None:
        """Write peaks and the levels that follow them, all in one statement."""
        async with connected(self._pool) as connection:
            await connection.execute(_PEAKS, *zip(*peaks, strict=True))

    async def _fetch(self, query: str, *arguments: object) -> list[Resting]:
        async with connected(self._pool) as connection:
            return [resting_from(row) for row in await connection.fetch(query, *arguments)]


def _judge(outcome: str) -> None:
    match outcome:
        case "booked":
            return
        case "repeated":
            raise Refusal("already_done")
        case "mismatch":
            raise Refusal("request_mismatch")
        case "frozen":
            raise Refusal("frozen")
        case "spent":
            raise Refusal("order_spent")
        case "full":
            raise Refusal("too_many_resting")
        case _:
            raise BookingConflict(outcome)
