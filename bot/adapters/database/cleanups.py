"""The closing of empty token accounts in PostgreSQL: planned, signed, ended where none landed."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import asyncpg

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.endings import queued
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import notices_to_json
from bot.domain.cleanups import Cleanup, CleanupState
from bot.domain.errors import Refusal
from bot.domain.movements import TokenPlace
from bot.domain.notices import Notice
from bot.domain.requests import Request

_PLAN = "SELECT outcome, cleanup_number, notice_ids FROM plan_cleanup($1, $2, $3)"
_OPEN = "SELECT * FROM live_cleanups WHERE state IN ('planned', 'signed') ORDER BY decided_at"
_COMMIT = "SELECT commit_cleanup($1, $2, $3, $4, $5, $6)"
_END = "SELECT is_ended, notice_ids FROM end_cleanup($1, $2, $3, $4, $5, $6)"
_REFUSALS = {
    "frozen": "frozen",
    "paused": "live_wallet_paused",
    "other_wallet": "live_other_wallet",
    "busy": "live_busy",
    "trading": "live_busy",
}


class PostgresCleanups:
    """Implements `bot.ports.cleanups.CleanupBook`."""

    def __init__(self, pool: Pool, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def plan(self, request: Request, cleanup: Cleanup, notices: Sequence[Notice]) -> int:
        """Keep a cleanup and end its update; gives its number."""
        row = await self._ask(_PLAN, _spelt(cleanup), request.update_id, notices_to_json(notices))
        match row["outcome"]:
            case "booked":
                self._tell(row, notices)
                return int(row["cleanup_number"])
            case "repeated" | "answered":
                raise Refusal("already_done", order_number=row["cleanup_number"])
            case outcome:
                raise Refusal(_REFUSALS[outcome])

    async def open(self) -> Sequence[Cleanup]:
        """Give those that are not at their end, the oldest first."""
        async with connected(self._pool) as connection:
            return [_read(row) for row in await connection.fetch(_OPEN)]

    async def commit(
        self, cleanup: Cleanup, signature: str, raw: bytes, last_height: int, at: datetime
    ) -> bool:
        """Keep signed bytes; false where it is over."""
        place = cleanup.user_id, cleanup.number
        async with connected(self._pool) as connection:
            return bool(await connection.fetchval(_COMMIT, *place, signature, raw, last_height, at))

    async def end(
        self,
        cleanup: Cleanup,
        state: CleanupState,
        reason: str,
        at: datetime,
        notices: Sequence[Notice],
    ) -> bool:
        """End one that was never sent, or is proven to be in no block; tells whether it did."""
        place = cleanup.user_id, cleanup.number
        row = await self._ask(_END, *place, state.value, reason, at, notices_to_json(notices))
        self._tell(row, notices)
        return bool(row["is_ended"])

    async def _ask(self, query: str, *values: object) -> asyncpg.Record:
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(query, *values)
        assert row is not None, "a function always answers"  # noqa: S101
        return row

    def _tell(self, row: asyncpg.Record, notices: Sequence[Notice]) -> None:
        if row["notice_ids"]:
            self._on_outbox(queued(row["notice_ids"], notices))


def _spelt(cleanup: Cleanup) -> dict[str, object]:
    return {
        "user_id": cleanup.user_id,
        "request_id": cleanup.request_id,
        "wallet_number": cleanup.wallet_number,
        "wallet_address": cleanup.wallet_address,
        "places": [asdict(place) for place in cleanup.places],
        "most_fee_lamports": str(cleanup.most_fee_lamports),
        "decided_at": cleanup.decided_at.isoformat(),
    }


def _read(row: asyncpg.Record) -> Cleanup:
    return Cleanup(
        user_id=row["user_id"],
        number=row["number"],
        request_id=row["request_id"],
        wallet_number=row["wallet_number"],
        wallet_address=row["wallet_address"],
        places=tuple(TokenPlace(**place) for place in row["places"]),
        most_fee_lamports=int(row["most_fee_lamports"]),
        decided_at=row["decided_at"],
        state=CleanupState(row["state"]),
        signature=row["signature"],
        raw=row["raw"],
        last_valid_block_height=row["last_valid_block_height"],
    )
