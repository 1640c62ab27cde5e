"""Time as the inside sees it: handed in, never asked of the machine."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time of day and a steady counter."""

    def now(self) -> datetime:
        """Give the present moment in UTC."""

    def monotonic(self) -> float:
        """Give seconds on a counter that never steps back."""
