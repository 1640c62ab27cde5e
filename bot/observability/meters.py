"""Counters and histograms for hot paths: feeding one costs a fraction of a microsecond."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence

from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Bounds of latencies between a statement and a chat that waits for its turn."""
OTHERS = "others"
_MOST_SERIES = 2_000


class Spread:
    """How many values fell below each bound, and their sum: a histogram of one series.

    It belongs to the event loop's thread and takes no lock, which is most of the price that the
    library's own histogram has.
    """

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float] = SECONDS) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def note(self, seconds: float) -> None:
        """Count a value; a bound belongs to what lies below it."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.total += seconds

    @property
    def count(self) -> int:
        """Give how many values were noted."""
        return sum(self.counts)

    def buckets(self) -> list[tuple[str, float]]:
        """Give the counts as Prometheus wants them: each with all below it."""
        told, so_far = [], 0
        for bound, count in zip((*self.bounds, float("inf")), self.counts, strict=True):
            so_far += count
            told.append(("+Inf" if bound == float("inf") else f"{bound:g}", float(so_far)))
        return told


class Spreads:
    """One histogram for each value of a label, all of which are known when it is made.

    With `labels` left out it has a series for whatever is noted first, 2,000 at most.
    """

    def __init__(
        self,
        name: str,
        words: str,
        *,
        label: str,
        values: Iterable[str] = (),
        bounds: Sequence[float] = SECONDS,
    ) -> None:
        self.name = name
        self._words = words
        self._label = label
        self._bounds = bounds
        self.of: dict[str, Spread] = {value: Spread(bounds) for value in values}

    def note(self, value: str, seconds: float) -> None:
        """Count a value of a series."""
        spread = self.of.get(value)
        if spread is None:
            if len(self.of) >= _MOST_SERIES:
                value = OTHERS
            spread = self.of.setdefault(value, Spread(self._bounds))
        spread.note(seconds)

    def collect(self) -> Iterator[Metric]:
        """Give the family as the library writes it."""
        family = HistogramMetricFamily(self.name, self._words, labels=(self._label,))
        for value, spread in sorted(self.of.items()):
            family.add_metric((value,), spread.buckets(), sum_value=spread.total)
        yield family


class Counts:
    """A counter for each combination of labels that was met, 2,000 at most.

    What would be more is counted under `others`, so that nobody can fill a monitoring system.
    `begun` are values of the last label that begin at 0 with the first of their like: Prometheus
    sees no increase in a series that comes into being with its first event.
    """

    def __init__(
        self, name: str, words: str, *, labels: Sequence[str], begun: Sequence[str] = ()
    ) -> None:
        self.name = name
        self._words = words
        self._labels = tuple(labels)
        self._begun = tuple(begun)
        self._counts: dict[tuple[str, ...], int] = {}

    def note(self, *values: str, by: int = 1) -> None:
        """Count something with these labels, in the order in which they were named."""
        counts = self._counts
        if values in counts:
            counts[values] += by
        elif len(counts) + len(self._begun) < _MOST_SERIES:
            for last in self._begun:
                counts.setdefault((*values[:-1], last), 0)
            counts[values] = counts.get(values, 0) + by
        else:
            others = (OTHERS,) * len(self._labels)
            counts[others] = counts.get(others, 0) + by

    def of(self, *values: str) -> int:
        """Give what was counted with these labels."""
        return self._counts.get(values, 0)

    def collect(self) -> Iterator[Metric]:
        """Give the family as the library writes it."""
        family = CounterMetricFamily(self.name, self._words, labels=self._labels)
        for values, count in sorted(self._counts.items()):
            family.add_metric(values, count)
        yield family


class Ages:
    """When something was last so, told as the seconds since then: no step of a clock changes it."""

    def __init__(self, name: str, words: str, *, label: str) -> None:
        self.name = name
        self._words = words
        self._label = label
        self._since: dict[str, float] = {}

    def note(self, value: str, moment: float) -> None:
        """Keep the moment, on the counter that never steps back."""
        self._since[value] = moment

    def at(self, now: float) -> Mapping[str, float]:
        """Give the ages at a moment."""
        return {value: now - since for value, since in sorted(self._since.items())}

    def collect_at(self, now: float) -> Iterator[Metric]:
        """Give the family as the library writes it."""
        family = GaugeMetricFamily(self.name, self._words, labels=(self._label,))
        for value, age in self.at(now).items():
            family.add_metric((value,), age)
        yield family
