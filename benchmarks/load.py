"""Measures the whole bot under a pace: 50, 200, 1000 updates a second from 10,000 people.

The bot's processes over one PostgreSQL, updates pushed to its webhook, from the moment an update is
due until the request with its answer is out. `--rate` and `--processes` choose one cell, `--long`
runs all of 1, 2 and 4 processes, where the bot is split without Redis and with one. Two processes
have two roles each, from four on each has one, and all beyond four are workers.
Run from the root of the project: python -m benchmarks.load [--rate N] [--processes N] [--redis]
"""

import argparse
import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence

import orjson
import uvloop

from benchmarks.load_world import LAYOUTS, Cell, measure_cell

_RATES = (50, 200, 1_000)
_LONG_LAYOUTS = (1, 2, 4)
_SECONDS, _LONG_SECONDS = 15.0, 30.0
_HEADS = (
    "a second", "processes", "answered/s", "p50 ms", "p99 ms", "lost", "refused", "skipped",
    "bot CPU", "PG CPU", "commits/s", "ours CPU",
)  # fmt: skip


def main() -> None:
    """Read the arguments, measure, print; exits with 1 where the books were not proven."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--processes", type=int, choices=tuple(LAYOUTS), default=1)
    parser.add_argument("--redis", action="store_true", help="give the processes a Redis")
    parser.add_argument("--seconds", type=float, default=None)
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    parser.add_argument("--long", action="store_true", help="every rate with every layout")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    wanted = [(asked.rate, asked.processes, asked.redis)]
    if asked.long:
        wanted = [
            (rate, processes, has_redis)
            for processes in _LONG_LAYOUTS
            for has_redis in ((False, True) if processes > 1 else (False,))
            for rate in _RATES
        ]
    seconds = asked.seconds or (_LONG_SECONDS if asked.long else _SECONDS)
    cells = uvloop.run(_measure(wanted, seconds))
    if asked.json:
        print(orjson.dumps(_summary(cells)).decode())
    sys.exit(0 if all(cell.are_books_proven for cell in cells) else 1)


async def _measure(wanted: Sequence[tuple[float, int, bool]], seconds: float) -> list[Cell]:
    print("".join(f"{head:>12}" for head in _HEADS), flush=True)
    cells = []
    for rate, processes, has_redis in wanted:
        cell = await measure_cell(
            rate=rate, processes=processes, has_redis=has_redis, seconds=seconds
        )
        _print_cell(cell)
        cells.append(cell)
        await asyncio.sleep(1)
    return cells


def _print_cell(cell: Cell) -> None:
    figures = (
        f"{cell.rate:,.0f}",
        f"{cell.processes}{' + Redis' if cell.has_redis else ''}",
        f"{cell.answered_a_second:,.0f}",
        f"{cell.p50_ms:,.1f}",
        f"{cell.p99_ms:,.0f}",
        str(cell.outcome.unanswered),
        str(cell.outcome.refused),
        str(cell.outcome.skipped),
        f"{sum(cell.spent.bot_cpu.values()):.2f}",
        f"{cell.spent.database_cpu:.2f}",
        f"{cell.spent.commits_a_second:,.0f}",
        f"{cell.spent.own_cpu:.2f}",
    )
    print("".join(f"{figure:>12}" for figure in figures), flush=True)
    shares = ", ".join(f"{name} {share:.2f}" for name, share in cell.spent.bot_cpu.items())
    proof = "books proven" if cell.are_books_proven else "BOOKS NOT PROVEN"
    active = f"{cell.spent.database_active:.2f} of a session's time active"
    print(f"{'':12}cores: {shares}; database {active}; {proof}", flush=True)


def _summary(cells: Sequence[Cell]) -> Mapping[str, object]:
    return {"name": "load", "unit": "updates/s", "cells": [cell.to_json() for cell in cells]}


if __name__ == "__main__":
    main()
