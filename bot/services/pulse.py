"""Signs of life that nothing else keeps: jobs that end, Telegram that is heard, tasks that run."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from bot.domain.health import JobSeen
from bot.ports.clock import Clock


@dataclass(slots=True)
class _Job:
    every_seconds: float
    ended_at: float
    faults: int = 0


def _none() -> Collection[str]:
    return ()


class Pulse:
    """Takes note of what lives; in memory, since it is about this process alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began_at = clock.monotonic()
        self._jobs: dict[str, _Job] = {}
        self._heard_at: float | None = None
        self.reads_prices = True
        self._ended_tasks: Callable[[], Collection[str]] = _none

    @property
    def up_seconds(self) -> float:
        """Give how long this process has been at work."""
        return self._clock.monotonic() - self._began_at

    def expect_telegram(self) -> None:
        """Count from now on how long Telegram was not heard; without, nobody listens here."""
        self._heard_at = self._clock.monotonic()

    def heard_telegram(self) -> None:
        """Note that Telegram answered, be it with nothing new."""
        self._heard_at = self._clock.monotonic()

    def unheard_seconds(self) -> float | None:
        """Give how long it was not heard; None where this process does not listen."""
        return None if self._heard_at is None else self._clock.monotonic() - self._heard_at

    def expect_job(self, name: str, every_seconds: float) -> None:
        """Count a job as ended now, and expect it to end again and again."""
        self._jobs[name] = _Job(every_seconds, self._clock.monotonic())

    def job_ended(self, name: str, *, is_fault: bool) -> None:
        """Note that a run has ended, and whether with a fault of ours."""
        job = self._jobs.get(name)
        if job is not None:
            job.ended_at = self._clock.monotonic()
            job.faults = job.faults + 1 if is_fault else 0

    def jobs(self) -> tuple[JobSeen, ...]:
        """Give how each expected job is doing."""
        now = self._clock.monotonic()
        return tuple(
            JobSeen(
                name=name,
                every_seconds=job.every_seconds,
                since_end_seconds=now - job.ended_at,
                faults=job.faults,
            )
            for name, job in self._jobs.items()
        )

    def watch_tasks(self, ended: Callable[[], Collection[str]]) -> None:
        """Name what tells which tasks have ended that are to run for ever."""
        self._ended_tasks = ended

    def ended_tasks(self) -> tuple[str, ...]:
        """Give the names of those tasks."""
        return tuple(sorted(self._ended_tasks()))
