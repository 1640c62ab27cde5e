"""A stop cuts running jobs short, and that is no failure of theirs."""

import asyncio
import logging

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.jobs.schedule import Job, guarded, stoppable


async def _stop_in_the_middle(job: Job) -> None:
    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.add_job(job, "interval", seconds=0.01)
    scheduler.start()
    await asyncio.sleep(0.1)
    scheduler.shutdown(wait=False)
    await asyncio.sleep(0.05)


async def _sleep_on() -> None:
    await asyncio.sleep(60)


async def test_a_job_cut_short_by_a_stop_reports_no_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, "apscheduler"):
        await _stop_in_the_middle(stoppable(guarded("sleep_on", _sleep_on)))
        assert not caplog.records
        await _stop_in_the_middle(guarded("sleep_on", _sleep_on))
    assert caplog.records, "a job that is not stoppable would be reported"
