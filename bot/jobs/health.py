"""Looks at the bot's own health for ever, beside the scheduler, which is looked at as well."""

import asyncio

from bot.jobs.schedule import Job, guarded
from bot.services.well_being import WellBeing


async def watch_health(well_being: WellBeing) -> None:
    """Run for ever; a look that fails is logged, and the next comes all the same."""
    await _for_ever(well_being, guarded("watch_health", well_being.watch))


async def look_at_health(well_being: WellBeing) -> None:
    """Run for ever in a process whose admins are told by another, the one that has the market."""
    await _for_ever(well_being, guarded("look_at_health", well_being.look))


async def _for_ever(well_being: WellBeing, look: Job) -> None:
    while True:
        await look()
        await asyncio.sleep(well_being.health.every_seconds)
