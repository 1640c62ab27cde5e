"""The audit log's chains and seals in PostgreSQL, read as they are and trusted in nothing."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

from bot.adapters.database.connection import Connection, Pool, connected
from bot.domain.audit import ChainedRow, ChainHead, Seal
from bot.ports.audit import SealTaken

_AT_ONCE = 5000
_PATIENCE_SECONDS = 3600.0
# Texts and numbers as the hash was made of; none of our own functions, which may be others by now.
_ROWS = """
    SELECT user_id, coalesce(number, 0) AS number, audit_id, actor_id,
           trunc(extract(epoch FROM at) * 1000000)::text AS at_microseconds, action,
           details::text AS details, coalesce(previous_hash, '') AS previous_hash,
           coalesce(hash, '') AS hash
    FROM audit_log ORDER BY user_id, number, audit_id
"""
_HEADS = "SELECT user_id, number, hash FROM audit_heads"
_SEAL_ROWS = """
    SELECT seal_number, sealed_at, made_with, heads, previous_mac, mac FROM audit_seals
"""
_UNSEALED = f"{_HEADS} WHERE number > sealed_number ORDER BY user_id LIMIT $1"
_AFTER = f"{_HEADS} WHERE $1::bigint IS NULL OR user_id > $1 ORDER BY user_id LIMIT $2"
_LAST_SEAL = f"{_SEAL_ROWS} ORDER BY seal_number DESC LIMIT 1"
_SEAL = "SELECT seal_audit($1, $2, $3, $4, $5, $6)"


class _Snapshot:
    """Implements `bot.ports.audit.AuditSnapshot` on a connection in a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def heads(self) -> list[ChainHead]:
        """Give where each chain ends."""
        return _heads(await self._connection.fetch(_HEADS, timeout=_PATIENCE_SECONDS))

    async def seals(self) -> AsyncIterator[Sequence[Seal]]:
        """Give the seals in order."""
        cursor = await self._connection.cursor(f"{_SEAL_ROWS} ORDER BY seal_number")
        while rows := await cursor.fetch(_AT_ONCE):
            yield [Seal(**row) for row in rows]

    async def rows(self) -> AsyncIterator[Sequence[ChainedRow]]:
        """Give every row by person and number."""
        cursor = await self._connection.cursor(_ROWS)
        while rows := await cursor.fetch(_AT_ONCE):
            yield [ChainedRow(**row) for row in rows]


class PostgresAuditChain:
    """Implements `bot.ports.audit.AuditChain`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[_Snapshot]:
        """Open a view of one moment."""
        async with (
            connected(self._pool) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield _Snapshot(connection)

    async def last_seal(self) -> Seal | None:
        """Give the newest seal."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_LAST_SEAL)
        return None if row is None else Seal(**row)

    async def unsealed(self, limit: int) -> list[ChainHead]:
        """Give heads that went on since they were sealed."""
        async with connected(self._pool) as connection:
            return _heads(await connection.fetch(_UNSEALED, limit))

    async def heads_after(self, user_id: int | None, limit: int) -> list[ChainHead]:
        """Give heads in order of the people."""
        async with connected(self._pool) as connection:
            return _heads(await connection.fetch(_AFTER, user_id, limit))

    async def seal(self, seal: Seal) -> None:
        """Keep a seal."""
        async with connected(self._pool) as connection:
            try:
                await connection.execute(
                    _SEAL,
                    seal.seal_number,
                    seal.sealed_at,
                    seal.made_with,
                    seal.heads,
                    seal.previous_mac,
                    seal.mac,
                )
            except asyncpg.UniqueViolationError as error:
                raise SealTaken from error


def _heads(rows: Sequence[asyncpg.Record]) -> list[ChainHead]:
    return [ChainHead(**row) for row in rows]
