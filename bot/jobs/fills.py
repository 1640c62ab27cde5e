"""The door of orders that wait: fills them once their landing delay has passed."""

import asyncio
from collections.abc import Sequence

from bot.jobs.schedule import guarded
from bot.services.catalogue import Services
from bot.services.resting_refusals import Firing


async def fill_orders(services: Services) -> None:
    """Run for ever, each token's orders beside the others'; a failure is logged."""
    clock = services.resting_clock

    async def carry_out(firings: Sequence[Firing]) -> None:
        await guarded("fill_orders", lambda: clock.carry_out(firings))()

    async with asyncio.TaskGroup() as group:
        while True:
            for firings in await clock.ready():
                group.create_task(carry_out(firings))
