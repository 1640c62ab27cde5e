"""The clock's door to the gate: looks at live records, and measures the way to the chain."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.jobs.schedule import guarded
from bot.services.gate import Gate
from bot.services.landing import LandingDelays

Pause = Callable[[float], Awaitable[None]]
_CHECK_SECONDS = 60.0
_MEASURE_SECONDS = 600.0


async def keep_the_gate(gate: Gate, pause: Pause = asyncio.sleep) -> None:
    """Run for ever: whoever may buy live is looked at once a minute, and after fills besides."""
    check = guarded("check_gate", gate.check_all)
    while True:
        await check()
        await pause(_CHECK_SECONDS)


async def measure_landings(landing: LandingDelays, pause: Pause = asyncio.sleep) -> None:
    """Run for ever: what live attempts took is what paper takes from then on."""
    follow = guarded("measure_landings", landing.follow)
    while True:
        await follow()
        await pause(_MEASURE_SECONDS)
