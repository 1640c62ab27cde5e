"""The door to other processes: reads what they changed five times a second, or when woken."""

import asyncio
from contextlib import suppress

from bot.jobs.schedule import guarded
from bot.services.following import Following

POLL_SECONDS = 0.2


async def follow_others(
    following: Following, woken: asyncio.Event, poll_seconds: float = POLL_SECONDS
) -> None:
    """Run for ever; a failure is logged, and what was not read then is read the next time."""
    follow = guarded("follow_others", following.follow)
    while True:
        woken.clear()
        await follow()
        with suppress(TimeoutError):
            async with asyncio.timeout(poll_seconds):
                await woken.wait()
