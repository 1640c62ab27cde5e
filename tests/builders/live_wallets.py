"""Live wallets in a real database, by the hundred."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.adapters.database.connection import Pool
from bot.domain.live_wallets import SealedKey

MADE = datetime(2026, 10, 6, 12, 0, tzinfo=UTC)
_PEOPLE = """
    INSERT INTO users (user_id, first_name, role)
    SELECT DISTINCT id, 'P' || id, 'basic' FROM unnest($1::bigint[]) id
    ON CONFLICT DO NOTHING
"""
_COLUMNS = ("user_id", "number", "chain", "address", "key_version", "wrapped_key", "sealed")


async def keep(pool: Pool, keys: Sequence[SealedKey]) -> None:
    """Keep wallets together with their owners."""
    await pool.execute(_PEOPLE, [key.user_id for key in keys])
    rows = [(*(getattr(key, name) for name in _COLUMNS), MADE) for key in keys]
    async with pool.acquire() as connection:
        await connection.copy_records_to_table(
            "live_wallets", records=rows, columns=[*_COLUMNS, "created_at"]
        )


async def kept(pool: Pool) -> list[SealedKey]:
    """Read every key back, in order."""
    columns = ", ".join(_COLUMNS)
    query = f"SELECT {columns} FROM live_wallets ORDER BY user_id, number"  # noqa: S608 (ours)
    return [SealedKey(**row) for row in await pool.fetch(query)]
