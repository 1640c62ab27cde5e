"""Keeps time: the first prices, the schedule of the market, and the little that a worker needs."""

import asyncio
from contextlib import suppress

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.bootstrap.assembly import Assembled
from bot.jobs.schedule import guarded, schedule, schedule_of_worker

_PRICELESS_SECONDS = 5.0
_ASK_AGAIN_SECONDS = 2.0


async def work_in_lanes(it: Assembled) -> None:
    """Handle updates; before the default tokens are known, nobody can be told the price of one."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_PRICELESS_SECONDS):
            await it.first_prices.wait()
    await it.lanes.run()


async def keep_time(it: Assembled) -> None:
    """Run every job of the clock; the first prices do not wait for the first interval to pass."""
    services, settings = it.services, it.settings
    await guarded("seal_audit", services.records.sealing.seal)()
    await guarded("tell_time", services.ticks.tell_time)()
    is_known = await _track(it)
    await guarded("refresh_all", services.ticks.refresh_all)()
    it.first_prices.set()
    scheduler = schedule(
        services,
        all_seconds=settings.price_refresh_seconds,
        hot_seconds=settings.hot_refresh_seconds,
        source_seconds=settings.source_check_seconds,
    )
    await _run(it, scheduler, is_known=is_known)


async def see_prices(it: Assembled) -> None:
    """Keep a worker's board alive: it acts on no price, and records none."""
    await guarded("tell_time", it.services.ticks.tell_time)()
    is_known = await _track(it)
    await guarded("see_all", it.services.ticks.see_all)()
    it.first_prices.set()
    scheduler = schedule_of_worker(it.services, all_seconds=it.settings.price_refresh_seconds)
    await _run(it, scheduler, is_known=is_known)


async def _run(it: Assembled, scheduler: AsyncIOScheduler, *, is_known: bool) -> None:
    scheduler.start()
    try:
        # A chain that was away at the first start is asked until it answers, ever more rarely.
        pause = _ASK_AGAIN_SECONDS
        while not is_known:
            await asyncio.sleep(pause)
            is_known = await _track(it)
            pause = min(2 * pause, it.settings.price_refresh_seconds)
        await asyncio.Event().wait()
    finally:
        scheduler.shutdown(wait=False)


async def _track(it: Assembled) -> bool:
    is_known = False

    async def track() -> None:
        nonlocal is_known
        is_known = await it.services.prices.track_popular()

    await guarded("track_popular", track)()
    return is_known
