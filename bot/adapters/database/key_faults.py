"""Wallets whose keys were found unfit for use, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.endings import queued
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import notices_to_json
from bot.domain.live_wallets import KeyFault, SealedKey
from bot.domain.notices import Notice

_NOTE = "SELECT is_new, notice_ids FROM note_key_fault($1, $2, $3, $4, $5)"
_FAULTY = "SELECT count(*) FROM live_key_faults"


class PostgresKeyFaults:
    """Implements `bot.ports.key_faults.KeyFaultBook`."""

    def __init__(self, pool: Pool, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def note(
        self, key: SealedKey, fault: KeyFault | None, at: datetime, notices: Sequence[Notice]
    ) -> bool:
        """Keep a fault, or that there is none."""
        name = None if fault is None else fault.value
        told = notices_to_json(notices)
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_NOTE, key.user_id, key.number, name, at, told)
        assert row is not None, "a function always answers"  # noqa: S101
        if row["notice_ids"]:
            self._on_outbox(queued(row["notice_ids"], notices))
        return bool(row["is_new"])

    async def faulty(self) -> int:
        """Give how many there are."""
        async with connected(self._pool) as connection:
            return int(await connection.fetchval(_FAULTY))
