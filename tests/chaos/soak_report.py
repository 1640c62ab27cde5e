"""What a long run left behind: nothing lost or doubled, and nothing that grew."""

import asyncio
import bisect
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from tests.chaos.crash_report import Report, Spoken, reconcile
from tests.chaos.soak_samples import Sample, Trend, trend
from tests.journeys.town import Town

# What piled up while PostgreSQL was away is worked off by connections that are cold.
_SETTLING_SECONDS = 22.0
_LARGEST_SLOWING, _SMALLEST_LAG_MS = 2.0, 50.0
_ANSWERED = """
    SELECT update_id, extract(epoch FROM min(o.sent_at) - min(i.received_at)) * 1000 AS lag_ms
    FROM outbox o JOIN inbox i USING (update_id) WHERE o.state = 'sent' GROUP BY update_id
"""
_OPEN = """
    SELECT (SELECT count(*) FROM outbox WHERE state <> 'sent')
         + (SELECT count(*) FROM inbox WHERE closed_at IS NULL)
"""
_GIVEN_UP = """
    SELECT method || ': ' || failure AS why, count(*) AS times FROM outbox WHERE state = 'given_up'
    GROUP BY why ORDER BY times DESC LIMIT 5
"""
_ALERTS = "SELECT count(*) FROM outbox WHERE update_id IS NULL AND state = 'sent'"


@dataclass(slots=True)
class Calm:
    """When nothing was wrong; told in seconds since it was made."""

    _began: float = field(default_factory=lambda: asyncio.get_running_loop().time())
    _spans: list[tuple[float, float]] = field(default_factory=list)
    _since: float | None = None

    def now(self) -> float:
        """Give the seconds since the beginning."""
        return asyncio.get_running_loop().time() - self._began

    def begin(self) -> None:
        """All is well again, once what piled up is worked off."""
        self._since = self.now() + _SETTLING_SECONDS

    def end(self) -> None:
        """Something goes wrong now."""
        if self._since is not None and self._since < self.now():
            self._spans.append((self._since, self.now()))
        self._since = None

    def holds(self, at: float) -> bool:
        """Tell whether all was well at a moment."""
        place = bisect.bisect(self._spans, (at, float("inf"))) - 1
        return place >= 0 and at < self._spans[place][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """Milliseconds from received to sent in calm, early and late in the run."""

    answers: int
    p50_ms: tuple[float, float]
    p99_ms: tuple[float, float]

    def faults(self) -> list[str]:
        """Name it where it grew."""
        early, late = self.p50_ms
        is_slower = late > max(_SMALLEST_LAG_MS, _LARGEST_SLOWING * early)
        return [f"answers slower: p50 {early:.1f} to {late:.1f} ms"] if is_slower else []


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakReport:
    """What was found: of the conversation, of the processes, and of the pace."""

    talk: Report
    refused: int
    other_messages: int
    trends: Sequence[Trend]
    lag: Lag
    befallen: Mapping[str, int]
    given_up: Mapping[str, int]

    def faults(self) -> dict[str, int]:
        """Give every count that must be none."""
        return {**self.talk.faults(), "not flat": len(self.not_flat())}

    def not_flat(self) -> list[str]:
        """Name what grew."""
        return [*(fault for one in self.trends for fault in one.faults()), *self.lag.faults()]

    def plain(self) -> dict[str, object]:
        """Give it as plain values."""
        return asdict(self)


async def report_of(
    town: Town,
    spoken: Sequence[Spoken],
    *,
    spoken_at: Mapping[int, float],
    samples: Mapping[str, Sequence[Sample]],
    calm: Calm,
    warm_after: float,
    befallen: Mapping[str, int],
) -> SoakReport:
    """Hold what is there against what was said and seen.

    An order that was refused in words (no fresh price while RPC is away) is answered, not lost.
    """
    talk = await reconcile(town, spoken)
    lags = {row["update_id"]: float(row["lag_ms"]) for row in await town.rows(_ANSWERED)}
    refused = sum(update_id in lags for update_id in talk.without_order) - talk.late
    talk.lost -= refused
    # An update that ended in an outage of RPC was answered: that is no fault here.
    talk.unsent = await town.value(_OPEN)
    talk.lost += sum(each.update_id not in lags for each in spoken if not each.is_order)
    in_calm = [
        lags[each.update_id]
        for each in spoken
        if each.update_id in lags
        and spoken_at[each.update_id] >= warm_after
        and calm.holds(spoken_at[each.update_id])
    ]
    return SoakReport(
        talk=talk,
        refused=refused,
        other_messages=await town.value(_ALERTS),
        trends=[trend(name, seen, warm_after) for name, seen in samples.items()],
        lag=_lag(in_calm),
        befallen=dict(befallen),
        given_up={str(row["why"]): row["times"] for row in await town.rows(_GIVEN_UP)},
    )


def _lag(lags_ms: Sequence[float]) -> Lag:
    third = max(1, len(lags_ms) // 3)
    early, late = list(lags_ms[:third]) or [0.0], list(lags_ms[-third:]) or [0.0]
    return Lag(
        answers=len(lags_ms),
        p50_ms=(round(statistics.median(early), 1), round(statistics.median(late), 1)),
        p99_ms=(_p99(early), _p99(late)),
    )


def _p99(values: Sequence[float]) -> float:
    ranked = sorted(values)
    return round(ranked[-(-99 * len(ranked) // 100) - 1], 1)
