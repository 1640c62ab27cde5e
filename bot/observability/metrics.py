"""Figures for a monitoring system, as a page in Prometheus' text format."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from bot.observability import instruments

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_PROCESS = CollectorRegistry()
ProcessCollector(registry=_PROCESS)
GCCollector(registry=_PROCESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One figure now: `kind` is counter, gauge or summary, `words` say what it counts.

    Names are in Prometheus' manner: base units last, `_total` for counters.
    """

    name: str
    kind: str
    words: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


class _Now:
    """What is told of this moment alone, in the shape that the library asks for."""

    def __init__(self, samples: Iterable[Sample]) -> None:
        self._samples = sorted(samples, key=_name)

    def collect(self) -> Iterator[Metric]:
        for _, same in groupby(self._samples, key=_name):
            yield _family(list(same))


class _Whole:
    """The samples of this moment, what the process counted, and the process itself."""

    def __init__(self, samples: Iterable[Sample]) -> None:
        self._now = _Now(samples)

    def collect(self) -> Iterator[Metric]:
        yield from self._now.collect()
        yield from instruments.collect()
        yield from _PROCESS.collect()


def page(samples: Iterable[Sample]) -> str:
    """Write samples as a page; those of one name come together."""
    return generate_latest(_Now(samples)).decode()


def whole_page(samples: Iterable[Sample]) -> str:
    """Write samples with all that the process counted, and its memory, files and processor time."""
    return generate_latest(_Whole(samples)).decode()


def _name(sample: Sample) -> str:
    return sample.name


def _family(same: list[Sample]) -> Metric:
    first, labels = same[0], tuple(same[0].labels)
    if first.kind == "summary":
        summary = Metric(first.name, first.words, "summary")
        for sample in same:
            summary.add_sample(sample.name, dict(sample.labels), sample.value)
        return summary
    kind = CounterMetricFamily if first.kind == "counter" else GaugeMetricFamily
    family = kind(first.name, first.words, labels=labels)
    for sample in same:
        family.add_metric([sample.labels[label] for label in labels], sample.value)
    return family
