"""Keeps the last count of what the database holds, for whoever watches; taken by the clock."""

from collections.abc import Mapping, Sequence

from bot.observability.metrics import Sample
from bot.ports.census import Census, Tally
from bot.ports.clock import Clock

_RESTS = 20
_WORDS: Mapping[str, str] = {
    "orders_filled": "Orders that were filled, in all seasons.",
    "orders_waiting": "Orders that wait for their level, by kind.",
    "orders": "Orders that wait or waited, by state.",
    "positions_open": "Positions that are open.",
    "live_orders": "Orders with real money, by state.",
    "live_attempts": "Attempts to land orders with real money, by state.",
    "users": "People, by status.",
}


class CensusTaking:
    """Counts at most so often that the database spends a twentieth of its time on it."""

    def __init__(self, *, census: Census, clock: Clock) -> None:
        self._census = census
        self._clock = clock
        self._tallies: Sequence[Tally] = ()
        self._taken_at: float | None = None
        self._rested_at = 0.0

    async def take(self) -> None:
        """Count, unless counting took so long that it has to rest; raises `Unavailable`.

        Needs no permission: the clock asks.
        """
        began = self._clock.monotonic()
        if began < self._rested_at:
            return
        self._tallies = await self._census.tallies()
        done = self._taken_at = self._clock.monotonic()
        self._rested_at = done + _RESTS * (done - began)

    def samples(self) -> list[Sample]:
        """Give the last count as figures; nothing before the first."""
        if self._taken_at is None:
            return []
        age = self._clock.monotonic() - self._taken_at
        found = [_sample(tally) for tally in self._tallies]
        return [*found, _gauge("kitrader_census_age_seconds", "Since the last count.", age)]

    async def inbox_samples(self) -> list[Sample]:
        """Give how long the oldest update waits already; raises `Unavailable`.

        Needs no permission: it tells an age only.
        """
        oldest, now = await self._census.oldest_update(), self._clock.now()
        age = 0.0 if oldest is None else max((now - oldest).total_seconds(), 0.0)
        words = "Since when the oldest update that is not dealt with waits."
        return [_gauge("kitrader_inbox_oldest_seconds", words, age)]


def _sample(tally: Tally) -> Sample:
    return Sample(
        name=f"kitrader_{tally.what}",
        kind="gauge",
        words=_WORDS[tally.what],
        value=tally.count,
        labels=tally.of,
    )


def _gauge(name: str, words: str, value: float) -> Sample:
    return Sample(name=name, kind="gauge", words=words, value=value)
