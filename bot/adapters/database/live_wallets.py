"""Wallets that hold real money in PostgreSQL; their keys come and go sealed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import asyncpg

from bot.adapters.database.connection import Connection, Pool, connected
from bot.adapters.database.telling import audit
from bot.domain.live_wallets import LiveWallet, SealedKey
from bot.ports.live_wallets import Batch, Place, Reseal

_SHOWN = "SELECT user_id, number, chain, address, created_at FROM live_wallets"
_READ = f"{_SHOWN} WHERE user_id = $1 AND number = $2"
_OF_USER = f"{_SHOWN} WHERE user_id = $1 ORDER BY number"
_KEPT = """
    SELECT user_id, number, chain, address, key_version, wrapped_key, sealed FROM live_wallets
"""
_KEY = f"{_KEPT} WHERE user_id = $1 AND number = $2"
_AFTER = f"{_KEPT} WHERE (user_id, number) > ($1, $2) ORDER BY user_id, number LIMIT $3"
_OLD = f"""
    {_KEPT} WHERE (user_id, number) > ($1, $2) AND key_version <> $4
    ORDER BY user_id, number LIMIT $3 FOR UPDATE SKIP LOCKED
"""
_PUT = """
    INSERT INTO live_wallets (user_id, number, chain, address, key_version, wrapped_key, sealed,
      created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (user_id, number) DO NOTHING
"""
_RESEAL = """
    UPDATE live_wallets w SET key_version = n.key_version, wrapped_key = n.wrapped_key,
      sealed = n.sealed, resealed_at = $8
    FROM unnest($1::bigint[], $2::smallint[], $3::integer[], $4::bytea[], $5::integer[],
      $6::bytea[], $7::bytea[])
      AS n(user_id, number, was_version, was_wrapped, key_version, wrapped_key, sealed)
    WHERE w.user_id = n.user_id AND w.number = n.number
      AND w.key_version = n.was_version AND w.wrapped_key = n.was_wrapped
"""
_VERSIONS = "SELECT key_version, count(*) FROM live_wallets GROUP BY key_version ORDER BY 1"


class PostgresLiveWallets:
    """Implements `bot.ports.live_wallets.LiveWalletBook`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def put(self, key: SealedKey, at: datetime) -> LiveWallet:
        """Keep a new wallet, unless there is one; gives the one that is kept."""
        async with connected(self._pool) as connection, connection.transaction():
            return await _kept(connection, key, at, "live_wallet.created")

    async def put_imported(self, key: SealedKey, at: datetime) -> LiveWallet | None:
        """Keep a wallet that was made elsewhere, unless somebody has it."""
        try:
            async with connected(self._pool) as connection, connection.transaction():
                return await _kept(connection, key, at, "live_wallet.imported")
        except asyncpg.UniqueViolationError:
            return None

    async def read(self, user_id: int, number: int) -> LiveWallet | None:
        """Give a wallet as it may be shown."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_READ, user_id, number)
        return None if row is None else LiveWallet(**row)

    async def wallets_of(self, user_id: int) -> Sequence[LiveWallet]:
        """Give a person's wallets."""
        async with connected(self._pool) as connection:
            return [LiveWallet(**row) for row in await connection.fetch(_OF_USER, user_id)]

    async def key_of(self, user_id: int, number: int) -> SealedKey | None:
        """Give a wallet's key."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_KEY, user_id, number)
        return None if row is None else SealedKey(**row)

    async def keys_after(self, place: Place, limit: int) -> Sequence[SealedKey]:
        """Give the next keys in order."""
        async with connected(self._pool) as connection:
            return _keys(await connection.fetch(_AFTER, *place, limit))

    async def versions(self) -> Mapping[int, int]:
        """Give how many keys lie under each version."""
        async with connected(self._pool) as connection:
            return {row[0]: row[1] for row in await connection.fetch(_VERSIONS)}

    async def reseal_after(
        self, place: Place, newest: int, limit: int, reseal: Reseal, at: datetime
    ) -> Batch:
        """Seal the next keys of other versions anew, in one transaction."""
        async with connected(self._pool) as connection, connection.transaction():
            keys = _keys(await connection.fetch(_OLD, *place, limit, newest))
            if not keys:
                return Batch(resealed=0, last=None)
            pairs = [(key, anew) for key in keys if (anew := reseal(key)) is not None]
            await _exchange(connection, pairs, at)
        return Batch(resealed=len(pairs), last=(keys[-1].user_id, keys[-1].number))


async def _kept(connection: Connection, key: SealedKey, at: datetime, action: str) -> LiveWallet:
    done = await connection.execute(_PUT, *_values(key), at)
    row = await connection.fetchrow(_READ, key.user_id, key.number)
    assert row is not None, "a wallet that is there stays there"  # noqa: S101
    if done == "INSERT 0 1":
        details = {"number": key.number, "chain": key.chain, "address": key.address}
        await audit(connection, key.user_id, action, details)
    return LiveWallet(**row)


async def _exchange(
    connection: Connection, pairs: Sequence[tuple[SealedKey, SealedKey]], at: datetime
) -> None:
    if not pairs:
        return
    rows = [
        (
            key.user_id,
            key.number,
            key.key_version,
            key.wrapped_key,
            anew.key_version,
            anew.wrapped_key,
            anew.sealed,
        )
        for key, anew in pairs
    ]
    columns = [list(column) for column in zip(*rows, strict=True)]
    done = await connection.execute(_RESEAL, *columns, at)
    assert done == f"UPDATE {len(rows)}", "locked rows do not change"  # noqa: S101


def _keys(rows: Iterable[asyncpg.Record]) -> list[SealedKey]:
    return [SealedKey(**row) for row in rows]


def _values(key: SealedKey) -> tuple[object, ...]:
    return (
        key.user_id,
        key.number,
        key.chain,
        key.address,
        key.key_version,
        key.wrapped_key,
        key.sealed,
    )
