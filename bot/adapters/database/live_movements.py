"""What moved in live wallets without us, in PostgreSQL: each signature booked once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal

import asyncpg

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.endings import queued
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import (
    notices_to_json,
    position_from,
    position_to_json,
    transfers_to_json,
)
from bot.domain.movements import Movement, TokenPlace
from bot.domain.notices import Notice
from bot.domain.positions import Position
from bot.ports.live_movements import (
    Cause,
    MovementBooking,
    MovementDesk,
    MovementOutcome,
    MovementSeen,
    Watched,
)
from bot.ports.live_wallets import Place

_WATCH = """
    SELECT slot, expected_until FROM live_watches WHERE user_id = $1 AND wallet_number = $2
"""
_PLACES = """
    SELECT address, mint, program, slot FROM live_places
    WHERE user_id = $1 AND wallet_number = $2 ORDER BY address
"""
_UNBOOKED = "SELECT unbooked_signatures($1, $2)"
_IS_CLEANUP = "SELECT EXISTS (SELECT FROM live_cleanups WHERE user_id = $1 AND signature = $2)"
_DESK = "SELECT movement_desk($1, $2)"
_BOOK = "SELECT outcome, notice_ids FROM book_live_movement($1, $2, $3, $4, $5)"
_ADOPT = "SELECT outcome, notice_ids FROM adopt_live_tokens($1, $2, $3, $4, $5, $6)"
_FOLLOW = "SELECT follow_live_wallet($1, $2, $3, $4)"
_NOTE = "SELECT note_live_places($1, $2, $3, $4)"
_SWEPT = """
    INSERT INTO live_watches (user_id, wallet_number, swept_at) VALUES ($1, $2, $3)
    ON CONFLICT (user_id, wallet_number) DO UPDATE SET swept_at = excluded.swept_at
"""
_EXPECT = """
    INSERT INTO live_watches (user_id, wallet_number, expected_until) VALUES ($1, $2, $3)
    ON CONFLICT (user_id, wallet_number) DO UPDATE SET expected_until = excluded.expected_until
"""
_DUE = """
    SELECT w.user_id, w.season FROM virtual_wallets w
    LEFT JOIN live_watches s ON s.user_id = w.user_id AND s.wallet_number = w.season
    WHERE w.mode = 'live' AND w.is_current
      AND (s.expected_until > $1 OR s.swept_at IS NULL OR s.swept_at < $2)
    ORDER BY s.expected_until > $1 DESC NULLS LAST, s.swept_at NULLS FIRST LIMIT $3
"""
_ADOPTABLE = """
    SELECT DISTINCT a.user_id, a.season FROM accounts a
    JOIN virtual_wallets w ON (w.user_id, w.mode, w.season) = (a.user_id, a.mode, a.season)
      AND w.is_current
    JOIN solana_tokens t ON t.mint = a.asset
    WHERE a.kind = 'unlisted' AND a.mode = 'live' AND a.balance > 0 ORDER BY 1
"""
_SEEN = """
    SELECT signature, cause, lamports, tokens, counterpart, sent_at, booked_at
    FROM live_movements
    WHERE user_id = $1 AND wallet_number = $2 AND (NOT is_dust OR $4)
    ORDER BY slot DESC, booked_at DESC LIMIT $3
"""


class PostgresLiveMovements:
    """Implements `bot.ports.live_movements.LiveMovementBook`."""

    def __init__(self, pool: Pool, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def watched(self, place: Place) -> Watched:
        """Tell how far a wallet has been followed."""
        async with connected(self._pool) as connection:
            watch = await connection.fetchrow(_WATCH, *place)
            rows = await connection.fetch(_PLACES, *place)
        return Watched(
            slot=watch["slot"] if watch else 0,
            expected_until=watch["expected_until"] if watch else None,
            places={
                TokenPlace(address=row["address"], mint=row["mint"], program=row["program"]): row[
                    "slot"
                ]
                for row in rows
            },
        )

    async def unbooked(self, user_id: int, signatures: Collection[str]) -> frozenset[str]:
        """Give those that were not booked, and are not to be booked by another door."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_UNBOOKED, user_id, list(signatures))
        return frozenset(row[0] for row in rows)

    async def cause(self, user_id: int, signature: str) -> Cause:
        """Tell who made a transaction."""
        async with connected(self._pool) as connection:
            is_cleanup = await connection.fetchval(_IS_CLEANUP, user_id, signature)
        return Cause.CLEANUP if is_cleanup else Cause.EXTERNAL

    async def desk(self, place: Place) -> MovementDesk | None:
        """Read what a decision needs."""
        async with connected(self._pool) as connection:
            found = await connection.fetchval(_DESK, *place)
        if found is None:
            return None
        return MovementDesk(
            version=found["version"],
            last_position=found["last_position"],
            positions=tuple((row["mint"], position_from(row)) for row in found["positions"]),
            loose_rent_lamports=int(found["loose_rent"]),
            unlisted={mint: int(units) for mint, units in found["unlisted"].items()},
        )

    async def book(
        self,
        place: Place,
        movement: Movement,
        cause: Cause,
        booking: MovementBooking,
        notices: Sequence[Notice],
        *,
        seen_at: datetime,
        booked_at: datetime,
    ) -> MovementOutcome:
        """Book a movement with its notices, once for each signature."""
        spelt = _movement_to_json(place, movement) | {
            "cause": cause.value,
            "is_dust": not notices,
            "seen_at": seen_at.isoformat(),
            "booked_at": booked_at.isoformat(),
        }
        row = await self._ask(
            _BOOK,
            spelt,
            _positions(booking.positions),
            transfers_to_json(booking.transfers),
            booking.version,
            notices_to_json(notices),
        )
        self._tell(row, notices)
        return MovementOutcome(row["outcome"])

    async def adopt(
        self, place: Place, booking: MovementBooking, notices: Sequence[Notice]
    ) -> bool:
        """Make positions of unlisted tokens; false where the wallet has changed meanwhile."""
        row = await self._ask(
            _ADOPT,
            *place,
            _positions(booking.positions),
            transfers_to_json(booking.transfers),
            booking.version,
            notices_to_json(notices),
        )
        self._tell(row, notices)
        return bool(row["outcome"] == "booked")

    async def follow(self, place: Place, slot: int, addresses: Collection[str]) -> None:
        """Note that all up to a slot is booked of a wallet, and of these accounts of it."""
        async with connected(self._pool) as connection:
            await connection.execute(_FOLLOW, *place, slot, list(addresses))

    async def note_places(self, place: Place, found: Collection[TokenPlace], at: datetime) -> None:
        """Keep token accounts that were found on the chain."""
        async with connected(self._pool) as connection:
            await connection.execute(_NOTE, *place, [asdict(each) for each in found], at)

    async def note_sweep(self, place: Place, at: datetime) -> None:
        """Note that a wallet's token accounts were looked for."""
        async with connected(self._pool) as connection:
            await connection.execute(_SWEPT, *place, at)

    async def expect(self, place: Place, until: datetime) -> None:
        """Note that somebody waits for money until then."""
        async with connected(self._pool) as connection:
            await connection.execute(_EXPECT, *place, until)

    async def due(self, now: datetime, swept_before: datetime, limit: int) -> Sequence[Place]:
        """Give the wallets whose accounts are to be looked for."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_DUE, now, swept_before, limit)
        return [(row[0], row[1]) for row in rows]

    async def adoptable(self) -> Sequence[Place]:
        """Give the wallets that hold an unlisted token which is tracked by now."""
        async with connected(self._pool) as connection:
            return [(row[0], row[1]) for row in await connection.fetch(_ADOPTABLE)]

    async def seen(self, place: Place, limit: int, *, with_dust: bool) -> Sequence[MovementSeen]:
        """Give a wallet's movements, the newest first."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_SEEN, *place, limit, with_dust)
        return [_seen(row) for row in rows]

    async def _ask(self, query: str, *values: object) -> asyncpg.Record:
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(query, *values)
        assert row is not None, "a function always answers"  # noqa: S101
        return row

    def _tell(self, row: asyncpg.Record, notices: Sequence[Notice]) -> None:
        if row["notice_ids"]:
            self._on_outbox(queued(row["notice_ids"], notices))


def _movement_to_json(place: Place, movement: Movement) -> dict[str, object]:
    sent_at = movement.sent_at
    return {
        "user_id": place[0],
        "wallet_number": place[1],
        "signature": movement.signature,
        "slot": movement.slot,
        "lamports": str(movement.lamports),
        "rent_lamports": str(sum(movement.rents.values())),
        "tokens": {mint: str(units) for mint, units in movement.tokens.items()},
        "counterpart": movement.counterpart,
        "sent_at": None if sent_at is None else sent_at.isoformat(),
        "places": [asdict(each) for each in movement.places],
    }


def _positions(positions: Sequence[Position]) -> list[Mapping[str, object]]:
    return [position_to_json(position) for position in positions]


def _seen(row: asyncpg.Record) -> MovementSeen:
    lamports: Decimal = row["lamports"]
    return MovementSeen(
        signature=row["signature"],
        cause=Cause(row["cause"]),
        lamports=int(lamports),
        tokens={mint: int(units) for mint, units in row["tokens"].items()},
        counterpart=row["counterpart"],
        sent_at=row["sent_at"],
        booked_at=row["booked_at"],
    )
