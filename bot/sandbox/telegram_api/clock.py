"""The sandbox's own time, so that tests can let it pass at will."""

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Gives seconds since the epoch."""

_NANOSECONDS = 1_000_000_000


def wall_clock() -> float:
    """Give the machine's time in seconds since the epoch."""
    return time.time_ns() / _NANOSECONDS
