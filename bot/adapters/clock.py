"""The machine's own clock, behind the port that everybody else asks."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Implements `bot.ports.clock.Clock` on the machine's time."""

    def now(self) -> datetime:
        """Give the present moment in UTC."""
        return datetime.now(UTC)  # noqa: TID251 (this is the one place that asks the machine)

    def monotonic(self) -> float:
        """Give seconds on a counter that never steps back."""
        return time.monotonic()
