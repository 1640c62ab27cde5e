"""Rounds against the clock on the wall, judged only where this machine did not stand still."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic

import pytest

_BEAT_SECONDS = 0.01
_GRAIN_SECONDS = 0.005
"""As late does a calm machine wake a sleeper, too."""
_MOST_OF_THE_TIME = 0.1
_SLOWNESS = (1, 1, 2, 4, 8)


@dataclass(slots=True, kw_only=True)
class Round:
    """One round: whatever it measures in seconds is to be longer by its `slowness`."""

    slowness: int
    longest_seconds: float = 0.0
    standing_seconds: float = 0.0
    began_at: float = field(default_factory=monotonic)

    def stood_still(self, seconds: float) -> None:
        """Note a standstill that the event loop does not feel, such as a server's."""
        if seconds > _GRAIN_SECONDS:
            self.longest_seconds = max(self.longest_seconds, seconds)
            self.standing_seconds += seconds

    def is_calm(self, margin_seconds: float) -> bool:
        """Tell whether it stood still for less than that at once, and not all too often."""
        most_seconds = _MOST_OF_THE_TIME * (monotonic() - self.began_at)
        is_short = self.longest_seconds <= margin_seconds * self.slowness
        return is_short and self.standing_seconds <= most_seconds

    async def beat(self) -> None:
        """Measure how late the event loop comes back; run for ever."""
        while True:
            lay_down_at = monotonic()
            await asyncio.sleep(_BEAT_SECONDS)
            self.stood_still(monotonic() - lay_down_at - _BEAT_SECONDS)


async def judged_when_calm(
    play: Callable[[Round], Awaitable[None]], *, margin_seconds: float
) -> None:
    """Play a round; where it fails though the machine was too slow to tell, play it again.

    A round is calm if it stood still for no longer than `margin_seconds` times its slowness, and
    for a tenth of its time altogether: what fails then fails at once, in a group. Where none of
    five was calm, each slower than the one before, the test is skipped, for then it says nothing.
    A stormy round that holds counts: use this only where standing still can make a test fail, and
    cannot make it hold.
    """
    standstills = []
    for slowness in _SLOWNESS:
        this, failure = Round(slowness=slowness), None
        try:
            await _with_a_heart(play, this)
        except* AssertionError as failures:
            failure = failures
        if failure is None:
            return
        if this.is_calm(margin_seconds):
            raise failure
        standstills.append(round(this.longest_seconds, 3))
    pytest.skip(f"this machine stood still for up to {standstills} seconds: no verdict")


async def least_standstill_seconds(
    work: Callable[[], Awaitable[None]], *, enough_seconds: float
) -> float:
    """Do a work up to five times; gives the shortest of the longest standstills of its rounds.

    Where the work itself holds the event loop up it does so in every round; others do not.
    """
    least = float("inf")
    for _ in _SLOWNESS:
        this = Round(slowness=1)
        await _with_a_heart(lambda _this: work(), this)
        least = min(least, this.longest_seconds)
        if least < enough_seconds:
            break
    return least


async def _with_a_heart(play: Callable[[Round], Awaitable[None]], this: Round) -> None:
    async with asyncio.TaskGroup() as group:
        heart = group.create_task(this.beat())
        await asyncio.sleep(0)  # it beats before anything stands still
        try:
            await play(this)
        finally:
            await asyncio.sleep(2 * _BEAT_SECONDS)  # one that lay down is still to wake
            heart.cancel()
