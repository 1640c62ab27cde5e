"""A database with prices moves on to candles, and the version before still works on it."""

from datetime import UTC, datetime, timedelta

import asyncpg

from bot.adapters.database.candles import PostgresCandles
from bot.adapters.database.connection import open_pool
from bot.adapters.database.migrate import migrate
from bot.domain.candles import Interval

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TOKEN = """
    INSERT INTO solana_tokens (mint, symbol, name, decimals, program, supply)
    VALUES ('mint', 'WIF', 'dogwifhat', 6, 'p', 1)
"""
# What version 0.1.0 says to the database, word for word.
OLD_PARTITION = (
    "CREATE TABLE IF NOT EXISTS token_prices_{day:%Y%m%d} PARTITION OF token_prices "
    "FOR VALUES FROM ('{day}') TO ('{next}')"
)
OLD_METRICS = """
    WITH day AS (
      SELECT token_id, max(price) AS high, min(price) AS low,
             min(received_at) AS since, max(received_at) AS until
      FROM token_prices WHERE received_at > now() - interval '24 hours' GROUP BY token_id
    )
    INSERT INTO token_metrics AS m (token_id, change_24h, high_24h, low_24h, computed_at)
    SELECT d.token_id,
           CASE WHEN d.since < now() - interval '23 hours' AND first.price > 0
                THEN round(last.price / first.price - 1, 6) END,
           d.high, d.low, now()
    FROM day d
    CROSS JOIN LATERAL (
      SELECT price FROM token_prices p
      WHERE p.token_id = d.token_id AND p.received_at = d.since LIMIT 1) AS first
    CROSS JOIN LATERAL (
      SELECT price FROM token_prices p
      WHERE p.token_id = d.token_id AND p.received_at = d.until LIMIT 1) AS last
    ORDER BY d.token_id
    ON CONFLICT (token_id) DO UPDATE SET change_24h = excluded.change_24h,
      high_24h = excluded.high_24h, low_24h = excluded.low_24h, computed_at = excluded.computed_at
    RETURNING token_id, change_24h, high_24h, low_24h
"""


async def old_refresh(connection: asyncpg.Connection, at: datetime, price: int) -> None:
    """Do what the version before does after it read the pools."""
    day = at.replace(hour=0, minute=0)
    await connection.execute(OLD_PARTITION.format(day=day, next=day + timedelta(days=1)))
    columns = ["token_id", "received_at", "price", "usd", "liquidity_lamports", "slot", "source"]
    row = (1, at, price, None, 10, 5, "raydium_amm_v4")
    await connection.copy_records_to_table("token_prices", columns=columns, records=[row])
    await connection.fetch(OLD_METRICS)


async def test_prices_of_the_version_before_become_candles_while_it_still_writes(
    database_dsn: str,
) -> None:
    await migrate(database_dsn, to="base")
    await migrate(database_dsn, to="0002")
    connection = await asyncpg.connect(database_dsn)
    try:
        await connection.execute(TOKEN)
        for minute in range(90):
            await old_refresh(connection, NOON + timedelta(minutes=minute), 1 + minute)
        await migrate(database_dsn)
        async with open_pool(database_dsn) as pool:
            shelf, now = PostgresCandles(pool), NOON + timedelta(hours=2)
            # The old version runs on beside the new one, and begins a new day of its own.
            await old_refresh(connection, NOON + timedelta(minutes=95), 500)
            await old_refresh(connection, NOON + timedelta(days=1), 7)
            assert await shelf.make_days([NOON, NOON + timedelta(days=1)]) == 0
            while await shelf.build(now):
                pass
            first, second = await shelf.window(1, Interval.HOUR, NOON, now)
            assert (first.open, first.close, first.ticks) == (1, 60, 60)
            assert (second.open, second.high, second.ticks) == (61, 500, 31)
    finally:
        await connection.close()
