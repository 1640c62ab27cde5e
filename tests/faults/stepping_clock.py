"""A clock whose time of day jumps, as one does that is set right while the bot runs."""

import time
from datetime import UTC, datetime, timedelta


class SteppingClock:
    """Implements the port `Clock`; `step` moves the time of day, never the steady counter.

    The machine's time otherwise, so that the bot beside it lives on.
    """

    def __init__(self) -> None:
        self._off = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._off  # noqa: TID251 (this stands for the machine's clock)

    def monotonic(self) -> float:
        return time.monotonic()

    def step(self, seconds: float) -> None:
        """Set the clock forward, or back."""
        self._off += timedelta(seconds=seconds)
