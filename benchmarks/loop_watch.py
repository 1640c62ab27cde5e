"""Watches an event loop: how long at most nobody else had a turn."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

_LOOK_SECONDS = 0.001


@dataclass(slots=True)
class Longest:
    """The longest stretch without a turn, by the clock and by the loop's own processor time.

    On a shared machine the clock also counts what other processes took.
    """

    wall_ms: float = 0.0
    processor_ms: float = 0.0


@asynccontextmanager
async def watched_loop() -> AsyncIterator[Longest]:
    """Measure for the length of a block."""
    longest = Longest()
    task = asyncio.get_running_loop().create_task(_watch(longest))
    try:
        yield longest
        await asyncio.sleep(2 * _LOOK_SECONDS)
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _watch(longest: Longest) -> None:
    while True:
        wall, processor = time.perf_counter(), time.thread_time()
        await asyncio.sleep(_LOOK_SECONDS)
        longest.wall_ms = max(longest.wall_ms, (time.perf_counter() - wall) * 1000)
        longest.processor_ms = max(longest.processor_ms, (time.thread_time() - processor) * 1000)
