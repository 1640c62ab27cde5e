"""Measures the start with a million armed alerts: rows of PostgreSQL to a book that can fire.

The limit is the same rows fetched and thrown away, plain a loader that arms them row by row.
Run from the root of the project: python -m benchmarks.trigger_load [--alerts N] [--json]
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

import asyncpg
import uvloop

from benchmarks.figures import median, print_line
from bot.adapters.database.alert_watch import PostgresAlerts
from bot.adapters.database.connection import Pool, open_pool
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from bot.domain.alerts import Levels, triggers_of
from bot.domain.triggers import Gauge
from bot.engine.trigger_book import TriggerBook

_TOKENS, _PEOPLE, _RUNS = 10_000, 10_000, 3
_FILL = """
    INSERT INTO users (user_id, first_name)
    SELECT n, 'P' || n FROM generate_series(1, {people}) n;
    INSERT INTO solana_tokens (mint, symbol, name, decimals, program, supply)
    SELECT 'M' || n, 'T' || n, 'T' || n, 6, 'P', 1 FROM generate_series(1, {tokens}) n;
    INSERT INTO alerts (user_id, token_id, side, level, gauge, upper, lower)
    SELECT n % {people} + 1, n % {tokens} + 1, side, level, 'price_sol',
           CASE side WHEN 'above' THEN level END, CASE side WHEN 'below' THEN level END
    FROM (SELECT n, CASE WHEN random() < 0.5 THEN 'above' ELSE 'below' END AS side,
                 round(random()::numeric, 9) AS level
          FROM generate_series(1, {alerts}) n) a;
    ANALYZE alerts;
"""
_FETCH = "SELECT alert_id, generation, token_id, gauge, upper, lower FROM alerts"


def main() -> None:
    """Read the arguments, fill, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    asked = parser.parse_args()
    ours, limit, plain = uvloop.run(_measure(asked.alerts))
    for what, taken in (
        ("rows to a book that can fire", ours),
        ("rows fetched and thrown away (limit)", limit),
        ("rows armed one by one (plain)", plain),
    ):
        rate = asked.alerts / median(taken)
        print(f"  {what:42} {median(taken):6.2f} s  {rate:10,.0f} a second")
    if asked.json:
        print_line(
            name="trigger_load",
            unit="s",
            ours=ours,
            limit=limit,
            plain=plain,
            milliseconds=1e3,
            alerts=asked.alerts,
            alerts_per_second=round(asked.alerts / median(ours)),
        )


async def _measure(alerts: int) -> tuple[list[float], list[float], list[float]]:
    ours, limit, plain = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_postgres(Path(folder)) as server:
            await migrate(server.dsn)
            await _fill(server.dsn, alerts)
            async with open_pool(server.dsn) as pool:
                for _ in range(_RUNS):
                    limit.append(await fetch_rows(pool))
                    ours.append(await load_columns(pool, alerts))
                    plain.append(await load_row_by_row(pool, alerts))
    return ours, limit, plain


async def _fill(dsn: str, alerts: int) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(_FILL.format(people=_PEOPLE, tokens=_TOKENS, alerts=alerts))
    finally:
        await connection.close()


async def fetch_rows(pool: Pool) -> float:
    """Fetch what is to be armed and throw it away: the limit; gives the seconds."""
    began = time.perf_counter()
    async with pool.acquire() as connection, connection.transaction():
        cursor = await connection.cursor(_FETCH)
        while await cursor.fetch(2_000):
            pass
    return time.perf_counter() - began


async def load_columns(pool: Pool, alerts: int) -> float:
    """Load as the bot does at its start; gives the seconds."""
    book = TriggerBook(Gauge.PRICE_SOL)
    began = time.perf_counter()
    async for levels in PostgresAlerts(pool, on_outbox=lambda _notices: None).armed():
        book.arm_columns(levels)
        await asyncio.sleep(0)
    taken = time.perf_counter() - began
    assert len(book) == alerts
    return taken


async def load_row_by_row(pool: Pool, alerts: int) -> float:
    """Load as a plain loader would, through a cursor and a `Trigger` each; gives the seconds."""
    book = TriggerBook(Gauge.PRICE_SOL)
    began = time.perf_counter()
    async with pool.acquire() as connection, connection.transaction():
        cursor = await connection.cursor(_FETCH)
        while rows := await cursor.fetch(2_000):
            for row in rows:
                levels = Levels(upper=row["upper"], lower=row["lower"])
                name = (row["alert_id"], row["generation"], row["token_id"])
                book.arm_all(triggers_of(*name, Gauge(row["gauge"]), levels))
            await asyncio.sleep(0)
    taken = time.perf_counter() - began
    assert len(book) == alerts
    return taken


if __name__ == "__main__":
    main()
