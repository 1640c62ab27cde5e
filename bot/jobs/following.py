"""The door to other processes: hears what they changed and what they read of the market."""

import asyncio
from contextlib import suppress

from bot.domain.errors import Unavailable
from bot.jobs.schedule import guarded
from bot.services.following import Following
from bot.services.ticks import Ticks

POLL_SECONDS = 0.2
_AGAIN_SECONDS = 0.5


async def follow_others(
    following: Following, woken: asyncio.Event, poll_seconds: float = POLL_SECONDS
) -> None:
    """Run for ever, five times a second and whenever woken.

    A failure is logged, and what was not read then is read the next time.
    """
    follow = guarded("follow_others", following.follow)
    while True:
        woken.clear()
        await follow()
        with suppress(TimeoutError):
            async with asyncio.timeout(poll_seconds):
                await woken.wait()


async def hear_rounds(ticks: Ticks) -> None:
    """Run for ever; while nobody tells, this process reads for itself: `Ticks.see_all`."""
    while True:
        try:
            await ticks.hear_rounds()
        except Unavailable:
            await asyncio.sleep(_AGAIN_SECONDS)
