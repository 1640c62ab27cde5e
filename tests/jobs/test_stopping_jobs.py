"""A stop cuts running jobs short, and that is no failure of theirs."""

import asyncio
import logging
from collections.abc import Callable

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.jobs.schedule import Job, guarded, stoppable

_LONG_ENOUGH_SECONDS = 30.0


async def _stop_in_the_middle(wrap: Callable[[Job], Job]) -> None:
    begun = asyncio.Event()

    async def sleep_on() -> None:
        begun.set()
        await asyncio.sleep(60)

    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.add_job(wrap(guarded("sleep_on", sleep_on)), "interval", seconds=0.01)
    scheduler.start()
    await begun.wait()
    scheduler.shutdown(wait=False)
    await asyncio.sleep(0.05)


async def test_a_job_cut_short_by_a_stop_reports_no_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, "apscheduler"):
        await _stop_in_the_middle(stoppable)
        assert not caplog.records
        await _stop_in_the_middle(lambda job: job)
        async with asyncio.timeout(_LONG_ENOUGH_SECONDS):
            # A job that is not stoppable is reported.
            while not caplog.records:  # noqa: ASYNC110 (a log tells no events)
                await asyncio.sleep(0.01)
