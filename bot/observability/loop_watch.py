"""Measures how late the event loop wakes whoever asked for a moment: what holds it up, shows."""

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter

from bot.observability.instruments import LOOP_LAG

_EVERY_SECONDS = 0.25


async def watch_loop(sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Run for ever; four looks a second cost nothing and meet every longer pause."""
    while True:
        asked = perf_counter()
        await sleep(_EVERY_SECONDS)
        LOOP_LAG.note("main", max(perf_counter() - asked - _EVERY_SECONDS, 0.0))
