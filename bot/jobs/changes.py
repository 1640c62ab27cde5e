"""The chain's own door: reads hot tokens as soon as a WebSocket says that they changed."""

import asyncio

from bot.jobs.schedule import guarded
from bot.services.catalogue import Services

_PAUSE_SECONDS = 0.1


async def follow_changes(services: Services) -> None:
    """Run for ever; a failure is logged, and what was not read is left to the next refresh."""
    refresh = guarded("refresh_changed", services.ticks.refresh_changed)
    while True:
        await refresh()
        await asyncio.sleep(_PAUSE_SECONDS)
