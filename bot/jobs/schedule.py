"""The clock's door: APScheduler calls a use case, never twice at once, and says what failed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.domain.errors import Unavailable
from bot.observability.job_runs import JobRun, expect_runs_of
from bot.services.catalogue import Services

_log = structlog.get_logger(__name__)

_FORGET_SECONDS = 3600.0
_CANDLE_SECONDS = 15.0
_TIME_SECONDS = 10.0
_FILL_IN_SECONDS = 30.0
_DAYS_SECONDS = 600.0
_SAMPLE_SECONDS = 300.0
_REPORT_SECONDS = 60.0
_THIN_SECONDS = 6 * 3600.0
_DUE_SECONDS = 1.0
_EXPIRY_SECONDS = 5.0
_MARK_SECONDS = 60.0
_STOP_SECONDS = 1.0
_SEAL_SECONDS = 60.0
_LAPSE_SECONDS = 30.0
_VOID_SECONDS = 10.0
_CENSUS_SECONDS = 30.0
# A proof or a backup of very much takes long, and tells of itself where it is late.
_PATIENCE_SECONDS = {"prove_books": 3600.0, "take_backups": 3600.0}

Job = Callable[[], Awaitable[None]]


class Ended(Protocol):
    """Who is told that a run has ended."""

    def __call__(self, name: str, *, is_fault: bool) -> None:
        """Take note of it."""


def schedule(
    services: Services, *, all_seconds: float, hot_seconds: float, source_seconds: float
) -> AsyncIOScheduler:
    """Give a scheduler, not yet started, with the refreshes, the candles and the clearing out.

    A refresh never overlaps itself; one that is late is run once, not as often as it missed.
    """

    async def close_stopped() -> None:
        await services.guards.stops.close_what_is_stopped(services.trading)

    proofs, reports = services.well_being.proofs, services.well_being.reports
    jobs: dict[str, tuple[Job, float]] = {
        "refresh_all": (services.ticks.refresh_all, all_seconds),
        "refresh_hot": (services.ticks.refresh_hot, hot_seconds),
        "follow_alerts": (services.alert_following.follow, hot_seconds),
        "follow_graduates": (services.ticks.follow_graduates, hot_seconds),
        "weigh_sources": (services.ticks.weigh_sources, source_seconds),
        "fill_due_orders": (services.resting_clock.run_due, _DUE_SECONDS),
        "expire_orders": (services.resting_clock.expire, _EXPIRY_SECONDS),
        "tell_time": (services.ticks.tell_time, _TIME_SECONDS),
        "forget_old": (services.ticks.forget_old, _FORGET_SECONDS),
        "build_candles": (services.candles.build, _CANDLE_SECONDS),
        "fill_in_candles": (services.candles.fill_in, _FILL_IN_SECONDS),
        "forget_candles": (services.candles.forget, _FORGET_SECONDS),
        "make_price_days": (services.candles.make_days, _DAYS_SECONDS),
        "sample_equity": (services.performance.sample, _SAMPLE_SECONDS),
        "thin_equity": (services.performance.thin, _THIN_SECONDS),
        "follow_calls": (services.rooms.calls.follow, _MARK_SECONDS),
        "send_reports": (services.reports.send_due, _REPORT_SECONDS),
        "mark_equity": (services.guards.marks.mark, _MARK_SECONDS),
        "charge_funding": (services.guards.funding.charge, _MARK_SECONDS),
        "check_market": (services.guards.breaker.check, hot_seconds),
        "close_stopped": (close_stopped, _STOP_SECONDS),
        "seal_audit": (services.records.sealing.seal, _SEAL_SECONDS),
        "settle_refusals": (services.records.audit.settle_refusals, _SEAL_SECONDS),
        "carry_out_deletions": (services.records.my_data.carry_out_due, _DAYS_SECONDS),
        "lift_freezes": (services.security.freezes.lift_due, _MARK_SECONDS),
        "forget_sessions": (services.security.sessions.forget, _FORGET_SECONDS),
        "lapse_roles": (services.people.people.lapse, _LAPSE_SECONDS),
        "take_census": (services.monitoring.take_census, _CENSUS_SECONDS),
        "void_approvals": (services.people.approvals.void_late, _VOID_SECONDS),
        "tell_admins": (reports.send_due, _REPORT_SECONDS),
        "prove_books": (proofs.prove_due, proofs.look_seconds),
    }
    if services.backups is not None:
        jobs["take_backups"] = (services.backups.take_due, _DAYS_SECONDS)
        if services.backups.drills is not None:
            jobs["drill_backups"] = (services.backups.drills.run_due, _FORGET_SECONDS)
    return _scheduler(services, jobs)


def schedule_of_worker(services: Services, *, all_seconds: float) -> AsyncIOScheduler:
    """Give the jobs of a process that answers people and acts on no price, not yet started."""
    return _scheduler(
        services,
        {
            "see_all": (services.ticks.see_all, all_seconds),
            "tell_time": (services.ticks.tell_time, _TIME_SECONDS),
            "settle_refusals": (services.records.audit.settle_refusals, _SEAL_SECONDS),
        },
    )


def _scheduler(services: Services, jobs: Mapping[str, tuple[Job, float]]) -> AsyncIOScheduler:
    scheduler = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": 5},
    )
    pulse = services.well_being.pulse
    for name, (job, seconds) in jobs.items():
        pulse.expect_job(name, max(seconds, _PATIENCE_SECONDS.get(name, 0.0)))
        run = stoppable(guarded(name, job, pulse.job_ended))
        scheduler.add_job(run, "interval", seconds=seconds, id=name)
    return scheduler


def stoppable(job: Job) -> Job:
    """Wrap a job that APScheduler starts, which takes a cancelled one for a failed one.

    It cancels what still runs when it is shut down; what a job had not committed is undone, and
    the next start does it again.
    """

    async def run() -> None:
        # The job is the whole of its task: nobody above waits to hear of the cancelling.
        with suppress(asyncio.CancelledError):
            await job()

    return run


def guarded(name: str, job: Job, ended: Ended | None = None) -> Job:
    """Wrap a job so that a failure is logged and the next run still comes.

    Each line of the log from inside bears the job and when it began as `correlation`. `ended` is
    told of each run's end, and whether it was a fault; an outage outside is none.
    """
    expect_runs_of(name)

    async def run() -> None:
        is_fault = False
        with JobRun(name) as this_run:
            try:
                await job()
                this_run.succeeded()
            except Unavailable as error:
                _log.warning("job_unavailable", job=name, what=error.what, detail=error.detail)
            except Exception:  # noqa: BLE001 (the top of a process loop)
                _log.exception("job_failed", job=name)
                is_fault = True
        if ended is not None:
            ended(name, is_fault=is_fault)

    return run
