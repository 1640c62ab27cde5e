"""The lists of addresses that people withdraw to, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.endings import queued
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import notices_to_json
from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.withdrawals import ListedAddress

_OF = """
    SELECT user_id, number, address, label, added_at, usable_at, removed_at
    FROM withdrawal_addresses WHERE user_id = $1 ORDER BY number
"""
_ADD = """
    SELECT outcome, address_number, notice_ids
    FROM add_withdrawal_address($1, $2, $3, $4, $5, $6, $7, $8)
"""
_REMOVE = "SELECT outcome, notice_ids FROM remove_withdrawal_address($1, $2, $3, $4, $5)"
_REFUSALS = {
    "answered": "already_done",
    "listed": "address_listed",
    "full": "addresses_full",
    "unknown": "unknown_address",
}


class PostgresAddressList:
    """Implements `bot.ports.withdrawals.AddressList`."""

    def __init__(self, pool: Pool, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def of(self, user_id: int) -> Sequence[ListedAddress]:
        """Give a person's list, by number."""
        async with connected(self._pool) as connection:
            return [ListedAddress(**row) for row in await connection.fetch(_OF, user_id)]

    async def add(
        self, request: Request, address: ListedAddress, most: int, notices: Sequence[Notice]
    ) -> int:
        """List an address; gives its number."""
        row = await self._ask(
            _ADD,
            address.user_id,
            address.address,
            address.label,
            address.added_at,
            address.usable_at,
            most,
            request.update_id,
            notices_to_json(notices),
        )
        self._done(row, notices, most=most)
        return int(row["address_number"])

    async def remove(
        self, request: Request, number: int, at: datetime, notices: Sequence[Notice]
    ) -> None:
        """Take an address off the list."""
        user_id, update_id = request.user.user_id, request.update_id
        row = await self._ask(_REMOVE, user_id, number, at, update_id, notices_to_json(notices))
        self._done(row, notices, number=number)

    async def _ask(self, query: str, *values: object) -> asyncpg.Record:
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(query, *values)
        assert row is not None, "a function always answers"  # noqa: S101
        return row

    def _done(self, row: asyncpg.Record, notices: Sequence[Notice], **fields: object) -> None:
        if row["outcome"] != "booked":
            raise Refusal(_REFUSALS[row["outcome"]], **fields)
        self._on_outbox(queued(row["notice_ids"], notices))
