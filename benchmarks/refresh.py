"""Measures the refresh of 10,000 tokens: ours whole, its parts alone at their best, the usual way.

Run from the root of the project: python -m benchmarks.refresh [--tokens N] [--json] [--long]
"""

import argparse
import logging
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

import asyncpg
import numpy as np
import orjson
import structlog
import uvloop

from benchmarks import refresh_parts as parts
from benchmarks.loop_watch import Longest, watched_loop
from benchmarks.loopback_rpc import loopback_rpc
from benchmarks.made_up_pools import MadeUpPools, make_pools
from benchmarks.processes import memory_mb
from benchmarks.refresh_ours import Levels, OurRefresh, our_refresh
from benchmarks.refresh_plain import PlainRefresh
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from bot.bootstrap.heap import settle_heap

_PACKAGES = ("aiohttp", "asyncpg", "orjson", "solana", "sqlalchemy", "uvloop")
_PRECISION = Decimal("1e-6")
_NEAR, _FAR = Decimal("0.995"), Decimal("1.5")
_SHARE_AT_A_LEVEL = 10
_READ_WHOLE = 50
_PARTS = ("fetch", "decode", "trigger check", "persist")
OURS, UNMOVED, PLAIN = "ours, every pool moved", "ours, nothing moved", "solana-py and ORM"


@dataclass(slots=True)
class Taken:
    """Seconds by variant, and what else was seen of ours; memory is in MB by round.

    `busy_seconds` are the loop's own processor time: other processes disturb them less.
    """

    seconds: dict[str, list[float]] = field(default_factory=dict)
    busy_seconds: dict[str, list[float]] = field(default_factory=dict)
    longest: Longest = field(default_factory=Longest)
    memory_mb: list[float] = field(default_factory=list)

    async def time(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        """Note how long something takes."""
        started, busy = time.perf_counter(), time.thread_time()
        await work()
        self.busy_seconds.setdefault(name, []).append(time.thread_time() - busy)
        self.seconds.setdefault(name, []).append(time.perf_counter() - started)

    def ms(self, name: str) -> float:
        """Give the median of a variant."""
        return statistics.median(self.seconds[name]) * 1000

    def busy_ms(self, name: str) -> float:
        """Give the median of the loop's own processor time."""
        return statistics.median(self.busy_seconds[name]) * 1000

    def sum_of_parts_ms(self) -> float:
        """Give what the parts take alone, together."""
        return sum(map(self.ms, _PARTS))


def main() -> None:
    """Read the arguments, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=10_000)
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    parser.add_argument("--long", action="store_true", help="200 rounds for memory, more runs")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    made = make_pools(asked.tokens)
    with loopback_rpc(made.before, made.after) as port:
        taken = uvloop.run(_measure(port, made, is_long=asked.long))
    _print_table(asked.tokens, taken)
    if asked.json:
        print(orjson.dumps(_summary(taken)).decode())


async def _measure(port: int, made: MadeUpPools, *, is_long: bool) -> Taken:
    taken = Taken()
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_postgres(Path(folder)) as server:
            await migrate(server.dsn)
            async with our_refresh(port, server.dsn, made.places) as ours:
                plain = PlainRefresh(port, server.dsn, made.places)
                await plain.open()
                settle_heap()
                await _compare(
                    made, ours, plain, taken, port=port, dsn=server.dsn, runs=9 if is_long else 5
                )
                await plain.close()
                await _live_long(ours, made, taken, rounds=200 if is_long else 20)
    return taken


async def _compare(
    made: MadeUpPools,
    ours: OurRefresh,
    plain: PlainRefresh,
    taken: Taken,
    *,
    port: int,
    dsn: str,
    runs: int,
) -> None:
    # Variants take turns, so that a noisy minute is shared by all.
    levels = _levels(made)
    await ours.round(levels)
    connection = await asyncpg.connect(dsn)
    await parts.make_table(connection)
    for _ in range(runs):
        await ours.move()
        await taken.time(OURS, lambda: ours.round(levels))
        _check(ours, made)
        await taken.time(UNMOVED, lambda: ours.round(levels))
        await _time_parts(port, connection, made, taken)
        await taken.time(PLAIN, plain.round)
    await connection.close()


async def _time_parts(
    port: int, connection: asyncpg.Connection, made: MadeUpPools, taken: Taken
) -> None:
    bodies, answers, prices = parts.bodies_of(made.places), [b""], np.zeros(0)
    levels = _levels(made)

    async def fetch() -> None:
        answers[:] = await parts.fetch(port, bodies)

    async def decode() -> None:
        nonlocal prices
        prices = parts.decode(made.places, answers)

    async def check() -> None:
        parts.crossed(prices, levels.low, levels.high)

    await taken.time("fetch", fetch)
    await taken.time("decode", decode)
    await taken.time("trigger check", check)
    await taken.time("persist", lambda: parts.persist(connection, prices))


async def _live_long(ours: OurRefresh, made: MadeUpPools, taken: Taken, *, rounds: int) -> None:
    levels = _levels(made)
    async with watched_loop() as taken.longest:
        for _ in range(rounds):
            await ours.move()
            await ours.round(levels)
            taken.memory_mb.append(memory_mb(os.getpid()))


def _levels(made: MadeUpPools) -> Levels:
    """Give each token the nearest level on either side; a tenth are reached when it moves."""
    lows, highs = np.zeros(len(made.places)), np.zeros(len(made.places))
    for number, place in enumerate(made.places):
        low, high = sorted(made.prices[place.address])
        is_near = number % _SHARE_AT_A_LEVEL == 0
        lows[number], highs[number] = low * _NEAR, high * (_NEAR if is_near else _FAR)
    return Levels(low=lows, high=highs)


def _check(ours: OurRefresh, made: MadeUpPools) -> None:
    """Hold all prices in columns, and the exact ones of some tokens, against the truth."""
    for number, place in enumerate(made.places):
        prices = [Decimal(float(ours.board.columns.prices[number]))]
        if number % _READ_WHOLE == 0:
            prices.append(ours.price(number))
        for price in prices:
            errors = [abs(price / truth - 1) for truth in made.prices[place.address]]
            assert min(errors) < _PRECISION, (place, price, errors)


def _print_table(tokens: int, taken: Taken) -> None:
    calls = -(-tokens // parts.KEYS_A_CALL)
    print(f"{tokens} tokens, {calls} calls a refresh, {len(taken.seconds[OURS])} runs\n")
    print(f"{'':26}{'ms':>10}{'tokens/s':>12}{'processor ms':>15}")
    for name in (*_PARTS, OURS, UNMOVED, PLAIN):
        rate = tokens / taken.ms(name) * 1000
        print(f"{name:26}{taken.ms(name):>10.1f}{rate:>12,.0f}{taken.busy_ms(name):>15.1f}")
    limit, ours = taken.sum_of_parts_ms(), taken.ms(OURS)
    first, last = _memory(taken.memory_mb)
    print(
        f"\nthe first four, each alone at its best, are the limit: {limit:.1f} ms together\n"
        f"ours of the limit {limit / ours:.2f}, x plain {taken.ms(PLAIN) / ours:.1f}\n"
        f"longest without a turn {taken.longest.wall_ms:.1f} ms by the clock, "
        f"{taken.longest.processor_ms:.1f} ms of its own processor time\n"
        f"memory {first:.0f} MB after a tenth of {len(taken.memory_mb)} rounds, "
        f"{last:.0f} MB at the end"
    )


def _memory(memory_mb: Sequence[float]) -> tuple[float, float]:
    return memory_mb[len(memory_mb) // 10], memory_mb[-1]


def _summary(taken: Taken) -> Mapping[str, object]:
    ranked = sorted(taken.seconds[OURS])
    first, last = _memory(taken.memory_mb)
    return {
        "name": "refresh",
        "unit": "ms",
        "ours": round(taken.ms(OURS), 1),
        "limit": round(taken.sum_of_parts_ms(), 1),
        "ratio": round(taken.sum_of_parts_ms() / taken.ms(OURS), 3),
        "plain": round(taken.ms(PLAIN), 1),
        "ratio_to_plain": round(taken.ms(PLAIN) / taken.ms(OURS), 2),
        "p50_ms": round(taken.ms(OURS), 1),
        "p99_ms": round(ranked[-1] * 1000, 1),
        "runs": len(ranked),
        "longest_block_ms": round(taken.longest.wall_ms, 1),
        "longest_block_processor_ms": round(taken.longest.processor_ms, 1),
        "memory_mb": [round(first, 1), round(last, 1)],
        "rounds": len(taken.memory_mb),
        "versions": {"python": platform.python_version()}
        | {each: version(each) for each in _PACKAGES},
    }


if __name__ == "__main__":
    main()
