"""Measures thousands of stops that are reached at once, and how long others wait meanwhile.

Each belongs to a person of their own. From the reading that confirms the level until the last is
booked, without a landing delay; meanwhile somebody unrelated opens a position, again and again.
Beside it, in the same run: as many openings by hand, 64 in flight. Run from the root of the
project: python -m benchmarks.orders_at_once [--orders N] [--json]
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import uvloop

from benchmarks.figures import median, p99, print_line
from benchmarks.loop_watch import Longest, watched_loop
from bot.adapters.database.connection import open_pool
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from bot.bootstrap.heap import settle_heap
from bot.domain.resting_plans import Stop
from bot.domain.users import Role
from tests.builders.books import meet
from tests.builders.desks import SOL
from tests.builders.resting import Waiting, percent, waiting

_IN_FLIGHT, _QUIET_OPENINGS = 64, 50
_SOLD = "SELECT count(*) FROM orders WHERE reason = 'stop'"
_FIRST = 10_000


@dataclass(slots=True)
class Found:
    """What was measured: seconds for all, milliseconds for one opening."""

    opened_seconds: float = 0.0
    filled_seconds: float = 0.0
    sold: int = 0
    quiet_ms: list[float] = field(default_factory=list)
    amid_ms: list[float] = field(default_factory=list)
    held: Longest = field(default_factory=Longest)


def main() -> None:
    """Read the arguments, measure, print; exits with 1 unless every stop sold once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    asked = parser.parse_args()
    found = uvloop.run(_measure(asked.orders))
    _tell(found, asked.orders)
    if asked.json:
        print_line(
            name="orders_at_once",
            unit="s",
            ours=[found.filled_seconds],
            limit=[found.opened_seconds],
            plain=[],
            milliseconds=1e3,
            sold=found.sold,
            loop_held_ms=round(found.held.wall_ms, 1),
            loop_held_processor_ms=round(found.held.processor_ms, 1),
            open_quiet_ms=round(median(found.quiet_ms), 1),
            open_amid_ms=round(median(found.amid_ms), 1),
            open_amid_worst_ms=round(max(found.amid_ms), 1),
        )
    sys.exit(0 if found.sold == asked.orders else 1)


async def _measure(orders: int) -> Found:
    found = Found()
    with tempfile.TemporaryDirectory() as name:
        async with embedded_postgres(Path(name) / "data") as server:
            await migrate(server.dsn)
            async with open_pool(server.dsn) as pool:
                world = await waiting(pool)
                people = [replace(world, who=_FIRST + number) for number in range(orders)]
                bob = replace(world, who=1, role=Role.ADMIN)
                await _each(people, lambda one: meet(one.house.books, one.who))
                began = time.perf_counter()
                await _each(people, lambda one: one.buy())
                found.opened_seconds = time.perf_counter() - began
                await _each(people, lambda one: one.guard(1, Stop(level=percent("-5"))))
                settle_heap()
                found.quiet_ms = [await _opened(bob) for _ in range(_QUIET_OPENINGS)]
                await _fill_all(world, bob, found)
                found.sold = int(await pool.fetchval(_SOLD))
                await world.prove()
    return found


async def _each(people: Iterable[Waiting], do: Callable[[Waiting], Awaitable[object]]) -> None:
    """Do something for each, so many at a time."""
    hands = asyncio.Semaphore(_IN_FLIGHT)

    async def one(person: Waiting) -> None:
        async with hands:
            await do(person)

    await asyncio.gather(*map(one, people))


async def _opened(bob: Waiting) -> float:
    began = time.perf_counter()
    await bob.buy(SOL // 10)
    return (time.perf_counter() - began) * 1000


async def _fill_all(world: Waiting, bob: Waiting, found: Found) -> None:
    """Let the price fall below every stop, and fill as the bot's job does."""
    await world.tick(90, settles=False)
    done = asyncio.Event()

    async def keep_opening() -> None:
        while not done.is_set():
            found.amid_ms.append(await _opened(bob))

    async with watched_loop() as found.held, asyncio.TaskGroup() as group:
        began = time.perf_counter()
        group.create_task(keep_opening())
        await world.tick(90, settles=False)
        clock = world.resting.clock
        while clock._ready:  # noqa: SLF001 (whether all are filled)
            async with asyncio.TaskGroup() as filling:
                for firings in await clock.ready():
                    filling.create_task(clock.carry_out(firings))
        found.filled_seconds = time.perf_counter() - began
        done.set()


def _tell(found: Found, orders: int) -> None:
    print(f"{found.sold:,} of {orders:,} stops sold in {found.filled_seconds:.2f} s")
    print(f"  as many openings by hand, {_IN_FLIGHT} in flight: {found.opened_seconds:.2f} s")
    for what, taken in (("before", found.quiet_ms), ("amid them", found.amid_ms)):
        print(
            f"  somebody else's opening {what}: {median(taken):.1f} ms, p99 {p99(taken):.1f},"
            f" worst {max(taken):.1f} ({len(taken)})"
        )
    print(
        f"  the loop held for {found.held.wall_ms:.1f} ms at most"
        f" ({found.held.processor_ms:.1f} of its own)"
    )


if __name__ == "__main__":
    main()
