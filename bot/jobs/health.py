"""Looks at the bot's own health for ever, beside the scheduler, which is looked at as well."""

import asyncio

from bot.jobs.schedule import guarded
from bot.services.well_being import WellBeing


async def watch_health(well_being: WellBeing) -> None:
    """Run for ever; a look that fails is logged, and the next comes all the same."""
    read = guarded("watch_health", well_being.watch)
    while True:
        await read()
        await asyncio.sleep(well_being.health.every_seconds)
