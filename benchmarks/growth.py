"""Measures how much slower the bot is with millions of transfers in its tables, and why.

The path of `command_path.py` and the queries that grow, on databases filled with a year's trading.
Run from the root of the project: python -m benchmarks.growth [--sizes 10000,1000000] [--json]
"""

import argparse
import logging
import statistics
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
import orjson
import structlog
import uvloop

from benchmarks.command_path_load import Hear, Load, Taken
from benchmarks.command_path_ours import our_bot
from benchmarks.growth_fill import Grown, grow
from benchmarks.growth_queries import Timed, time_queries
from bot.adapters.database.embedded import EmbeddedServer, embedded_postgres
from bot.adapters.database.migrate import migrate

_SIZES = (10_000, 1_000_000, 10_000_000)
_COMMANDS = {1: 150, 64: 900}
_PEOPLE = 600
_TURNS = 3
_BUSIEST, _BUSIEST_COMMANDS = 0, 60
_FIRST_UPDATE = 2_000_000_000
# Checkpoints of the fill would fall into the first runs.
_SETTINGS = {"max_wal_size": "8GB"}
_LIFT_LIMITS = "UPDATE role_limits SET value = NULL WHERE name = 'orders_per_minute'"
Runs = dict[tuple[int, int], list[Taken]]
"""What was taken, by the number of transfers and the commands in flight."""


def main() -> None:
    """Read the arguments, fill, measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", help="numbers of transfers, with commas")
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    asked = parser.parse_args()
    sizes = tuple(map(int, asked.sizes.split(","))) if asked.sizes else _SIZES
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    grown, runs, timed = uvloop.run(_measure(sizes))
    _print_runs(grown, runs)
    _print_queries(timed)
    if asked.json:
        print(orjson.dumps(_summary(grown, runs, timed), option=orjson.OPT_NON_STR_KEYS).decode())


async def _measure(
    sizes: Sequence[int],
) -> tuple[dict[int, Grown], Runs, dict[int, list[Timed]]]:
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_postgres(Path(folder), settings=_SETTINGS) as server:
            grown = {size: await _grown(server, size) for size in sizes}
            runs = await _take_turns(server, grown)
            timed = {size: await time_queries(one) for size, one in grown.items()}
            return grown, runs, timed


async def _grown(server: EmbeddedServer, size: int) -> Grown:
    name = f"grown_{size}"
    await _execute(server.dsn, f"CREATE DATABASE {name}")
    dsn = server.dsn.replace("/kitrader?", f"/{name}?")
    await migrate(dsn)
    await _execute(dsn, _LIFT_LIMITS)
    grown = await grow(dsn, size)
    told = ", ".join(f"{count:,} {table}" for table, count in grown.rows.items())
    print(f"{told}; the busiest has {grown.busiest_orders:,} orders; {grown.seconds:.0f} s")
    return grown


async def _execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _take_turns(server: EmbeddedServer, grown: Mapping[int, Grown]) -> Runs:
    # Sizes take turns, so that a noisy minute is shared by all.
    runs: Runs = {}
    async with AsyncExitStack() as stack:
        bots = {
            size: await stack.enter_async_context(_bot(server, one)) for size, one in grown.items()
        }
        for load, hear in bots.values():
            await load.run(hear, commands=_PEOPLE, in_flight=max(_COMMANDS))
        for _ in range(_TURNS):
            for in_flight, commands in _COMMANDS.items():
                for size, (load, hear) in bots.items():
                    taken = await load.run(hear, commands=commands, in_flight=in_flight)
                    runs.setdefault((size, in_flight), []).append(taken)
        for size, (load, _) in bots.items():
            load.people = deque([grown[size].busiest])
        for _ in range(_TURNS):
            for size, (load, hear) in bots.items():
                taken = await load.run(hear, commands=_BUSIEST_COMMANDS, in_flight=1)
                runs.setdefault((size, _BUSIEST), []).append(taken)
    return runs


@asynccontextmanager
async def _bot(server: EmbeddedServer, grown: Grown) -> AsyncIterator[tuple[Load, Hear]]:
    load = Load(
        people=deque(grown.some(_PEOPLE)),
        database_pid=server.pid,
        last_update_id=_FIRST_UPDATE,
    )
    async with our_bot(grown.dsn, load.answered) as hear:
        yield load, hear


def _print_runs(grown: Mapping[int, Grown], runs: Runs) -> None:
    print(f"\n/open by {_PEOPLE} people of all ranks; median of {_TURNS} runs in turns\n")
    heads = ("commands/s", "p50 ms", "p99 ms", "client us", "db us", "p50 x", "slower x")
    print(f"{'in flight':>12} {'transfers':>11}" + "".join(f"{head:>11}" for head in heads))
    for in_flight in (*_COMMANDS, _BUSIEST):
        for size, one in grown.items():
            taken, least = runs[size, in_flight], runs[min(grown), in_flight]
            print(
                f"{in_flight or 'the busiest':>12} {one.rows['transfers']:>11,}"
                f"{_middle(taken, 'rate'):>11,.0f}"
                f"{_middle(taken, 'p50_ms'):>11.2f}{_middle(taken, 'p99_ms'):>11.1f}"
                f"{_middle(taken, 'client_us'):>11.0f}{_middle(taken, 'database_us'):>11.0f}"
                f"{_middle(taken, 'p50_ms') / _middle(least, 'p50_ms'):>11.2f}"
                f"{_middle(least, 'rate') / _middle(taken, 'rate'):>11.2f}"
            )


def _print_queries(timed: Mapping[int, Sequence[Timed]]) -> None:
    print(
        f"\n{'ms':<36}" + "".join(f"{size:>12,}" for size in timed) + "   rows read, tables whole"
    )
    for row in zip(*timed.values(), strict=True):
        whole = ", ".join(row[-1].read_whole)
        print(
            f"{row[0].name:<36}"
            + "".join(f"{one.middle_ms:>12,.2f}" for one in row)
            + f"   {row[-1].rows_read:,}  {whole}"
        )


def _middle(taken: Sequence[Taken], name: str) -> float:
    return statistics.median(float(getattr(one, name)) for one in taken)


def _summary(
    grown: Mapping[int, Grown], runs: Runs, timed: Mapping[int, Sequence[Timed]]
) -> Mapping[str, object]:
    least, most = min(grown), max(grown)
    rates = {
        in_flight: {size: round(_middle(runs[size, in_flight], "rate"), 1) for size in grown}
        for in_flight in (*_COMMANDS, _BUSIEST)
    }
    headline = max(_COMMANDS)
    return {
        "name": "growth",
        "unit": "commands/s",
        "ours": rates[headline][most],
        "smallest": rates[headline][least],
        "ratio": round(rates[headline][most] / rates[headline][least], 3),
        "rates": rates,
        "rows": {size: one.rows for size, one in grown.items()},
        "queries_ms": {
            size: {one.name: round(one.middle_ms, 3) for one in each}
            for size, each in timed.items()
        },
    }


if __name__ == "__main__":
    main()
