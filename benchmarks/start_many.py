"""Measures a start with a million alerts and a thousand resting orders in the tables.

Beside it in the same run a start with neither, and for the alerts alone the limit (the rows
fetched and thrown away) and a plain loader that arms them row by row.
Run from the root of the project: python -m benchmarks.start_many [--alerts N] [--json] [--long]
"""

import argparse
import signal
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import orjson
import uvloop

from benchmarks.bots import our_bot
from benchmarks.figures import median, print_line, spread
from benchmarks.people import People, people_of
from benchmarks.processes import Program, memory_mb
from benchmarks.trigger_load import fetch_rows, load_columns, load_row_by_row
from bot.adapters.database.connection import open_pool
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from bot.cli.sandbox_process import Sandbox, sandbox_process

_TOKENS, _PEOPLE = 10_000, 10_000
_FIRST_PERSON = 50_000_000
_ORDERS_OF_A_PERSON = 4
# Tokens without pools: levels are armed for them, and nothing is read of them.
_FILL = """
    INSERT INTO solana_tokens (mint, symbol, name, decimals, program, supply)
    SELECT 'Made' || n, 'T' || n, 'T' || n, 6, 'P', 1 FROM generate_series(1, {tokens}) n;
    INSERT INTO users (user_id, first_name)
    SELECT {first} + n, 'P' || n FROM generate_series(0, {people} - 1) n;
    INSERT INTO virtual_wallets (user_id, mode, season, grant_lamports)
    SELECT {first} + n, 'paper', 1, 1 FROM generate_series(0, {people} - 1) n;
    INSERT INTO alerts (user_id, token_id, side, level, gauge, upper, lower)
    SELECT {first} + n % {people}, t.token_id, side, level, 'price_sol',
           CASE side WHEN 'above' THEN level END, CASE side WHEN 'below' THEN level END
    FROM (SELECT n, CASE WHEN random() < 0.5 THEN 'above' ELSE 'below' END AS side,
                 round(random()::numeric, 9) AS level
          FROM generate_series(1, {alerts}) n) a
    JOIN (SELECT token_id, row_number() OVER () AS place FROM solana_tokens
          WHERE mint LIKE 'Made%') t ON t.place = a.n % {tokens} + 1;
    INSERT INTO resting_orders (user_id, mode, season, number, request_id, request_hash, kind,
      action, side, token_id, gauge, reach, level, size_lamports, slippage_bps, expires_at)
    SELECT {first} + n / {each}, 'paper', 1, n % {each} + 1, 'fill:' || n, 'h', 'limit', 'open',
           'long', (SELECT max(token_id) FROM solana_tokens), 'price_sol', 'below', 1e-12 * (n + 1),
           100000000, 100, now() + interval '90 days'
    FROM generate_series(0, {orders} - 1) n;
    ANALYZE;
"""


@dataclass(slots=True, kw_only=True)
class Starts:
    """Seconds and megabytes of the starts on one database."""

    armed: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    loading: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Loads:
    """Seconds in which the alerts alone are loaded, in this process."""

    ours: list[float] = field(default_factory=list)
    limit: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)


def main() -> None:
    """Read the arguments, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, default=1_000)
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    parser.add_argument("--long", action="store_true", help="10 starts of each instead of 2")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    runs = 10 if asked.long else 2
    full, empty, loads = uvloop.run(_measure(asked.alerts, asked.orders, runs))
    _print_table(full, empty, loads, asked.alerts)
    if asked.json:
        print_line(
            name="start_many",
            unit="s",
            ours=loads.ours,
            limit=loads.limit,
            plain=loads.plain,
            milliseconds=1000,
            alerts=asked.alerts,
            orders=asked.orders,
            full=_medians(full),
            empty=_medians(empty),
        )


async def _measure(alerts: int, orders: int, runs: int) -> tuple[Starts, Starts, Loads]:
    full, empty, loads = Starts(), Starts(), Loads()
    with tempfile.TemporaryDirectory(prefix="kitrader-benchmark-") as name:
        folder = Path(name)
        async with (
            embedded_postgres(folder / "postgres") as server,
            sandbox_process(accounts=(), seed=1, port=0) as sandbox,
            people_of(sandbox.page_url) as people,
        ):
            await migrate(server.dsn)
            for _ in range(runs):
                await _start(sandbox, folder, server.dsn, people, empty)
            await _fill(server.dsn, alerts, orders)
            for _ in range(runs):
                await _start(sandbox, folder, server.dsn, people, full)
                await _load(server.dsn, alerts, loads)
    return full, empty, loads


async def _start(sandbox: Sandbox, folder: Path, dsn: str, people: People, into: Starts) -> None:
    # Somebody new each time: what the bot before has left unacknowledged goes to others.
    person_id = (await people.invite(1))[0]
    async with our_bot(sandbox, folder, database_url=dsn) as program:
        await people.ask(person_id, "/start", patience_seconds=120)
        into.answered.append(program.age_seconds)
        into.armed.append(await _armed(program, into))
        into.memory.append(memory_mb(program.pid))


async def _armed(program: Program, into: Starts) -> float:
    seconds, line = await program.says('"event": "levels_armed"')
    into.loading.append(float(orjson.loads(line)["seconds"]))
    return seconds


async def _fill(dsn: str, alerts: int, orders: int) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            _FILL.format(
                first=_FIRST_PERSON,
                tokens=_TOKENS,
                people=_PEOPLE,
                alerts=alerts,
                orders=orders,
                each=_ORDERS_OF_A_PERSON,
            )
        )
    finally:
        await connection.close()


async def _load(dsn: str, alerts: int, into: Loads) -> None:
    async with open_pool(dsn) as pool:
        into.limit.append(await fetch_rows(pool))
        into.ours.append(await load_columns(pool, alerts))
        into.plain.append(await load_row_by_row(pool, alerts))


def _print_table(full: Starts, empty: Starts, loads: Loads, alerts: int) -> None:
    print(f"{len(full.armed)} starts each, median (lowest to highest)\n")
    heads = ("all armed, s", "of it loading", "first answer, s", "memory, MB")
    print(f"{'':24}" + "".join(f"{head:>24}" for head in heads))
    for name, each in ((f"{alerts:,} alerts", full), ("nothing", empty)):
        cells = (each.armed, each.loading, each.answered, each.memory)
        print(f"{name:24}" + "".join(f"{spread(values):>24}" for values in cells))
    print()
    for name, taken in (
        ("alerts to a book that can fire", loads.ours),
        ("their rows fetched and thrown away (limit)", loads.limit),
        ("armed row by row (plain)", loads.plain),
    ):
        print(f"  {name:46} {spread(taken):>24} s")


def _medians(each: Starts) -> Mapping[str, float]:
    return {
        "armed_s": round(median(each.armed), 3),
        "loading_s": round(median(each.loading), 3),
        "first_answer_s": round(median(each.answered), 3),
        "memory_mb": round(median(each.memory), 1),
    }


if __name__ == "__main__":
    main()
