"""Keeps the last count of what the database holds, for whoever watches; taken by the clock."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import product

from bot.domain.live_orders import AttemptState, IntentState
from bot.domain.positions import Side
from bot.domain.resting import RestingKind, RestingState
from bot.domain.users import Mode, Status
from bot.observability.metrics import Sample
from bot.ports.census import Census, Tally
from bot.ports.clock import Clock

_RESTS = 20
_Labels = Mapping[str, type[StrEnum]]
_LABELS: Mapping[str, _Labels] = {
    "orders_filled": {"mode": Mode},
    "orders_waiting": {"mode": Mode, "kind": RestingKind},
    "orders": {"mode": Mode, "state": RestingState},
    "positions_open": {"mode": Mode, "side": Side},
    "live_orders": {"state": IntentState},
    "live_attempts": {"state": AttemptState},
    "users": {"status": Status},
}
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
        found = [_sample(tally) for tally in (*self._tallies, *_none_of(self._tallies))]
        return [*found, _gauge("kitrader_census_age_seconds", "Since the last count.", age)]


def _none_of(tallies: Sequence[Tally]) -> Iterator[Tally]:
    """Give a zero for each state that nothing is in: a series that begins at 1 shows no growth."""
    counted = {(one.what, tuple(sorted(one.of.items()))) for one in tallies}
    for what, labels in _LABELS.items():
        for values in product(*labels.values()):
            of = dict(zip(labels, map(str, values), strict=True))
            if (what, tuple(sorted(of.items()))) not in counted:
                yield Tally(what=what, of=of, count=0)


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
