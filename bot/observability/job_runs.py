"""One run of a job: what its log lines bear, and what is counted of it."""

from contextvars import Token
from time import perf_counter
from types import TracebackType
from typing import Self

from structlog.contextvars import bind_contextvars, reset_contextvars

from bot.observability.instruments import JOB_FAILURES, JOB_SECONDS, JOB_SUCCESS_AGE
from bot.observability.moments import moment_of_log


def expect_runs_of(name: str) -> None:
    """Tell of a job's failures from the start: none so far."""
    JOB_FAILURES.note(name, by=0)


class JobRun:
    """Counts a run as failed unless it was said to have succeeded; a cancelled one is none."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._began = 0.0
        self._is_good = False
        self._bound: dict[str, Token[object]] = {}

    def succeeded(self) -> None:
        """Say that the job did what it is for."""
        self._is_good = True

    def __enter__(self) -> Self:
        """Begin."""
        self._began = perf_counter()
        self._bound = dict(bind_contextvars(correlation=f"job:{self._name}:{moment_of_log()}"))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End, and count what it came to."""
        reset_contextvars(**self._bound)
        if kind is not None:
            return
        now = perf_counter()
        if self._is_good:
            JOB_SECONDS.note(self._name, now - self._began)
            JOB_SUCCESS_AGE.note(self._name, now)
        else:
            JOB_FAILURES.note(self._name)
