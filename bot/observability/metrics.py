"""Figures for a monitoring system, as a page in Prometheus' text format."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

CONTENT_TYPE = "text/plain; version=0.0.4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One figure now: `kind` is counter or gauge, `words` say what it counts.

    Names are in Prometheus' manner: base units last, `_total` for counters.
    """

    name: str
    kind: str
    words: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def page(samples: Iterable[Sample]) -> str:
    """Write samples as a page; those of one name come together.

    Source: Prometheus docs, "Exposition formats".
    """
    written: list[str] = []
    for name, same in groupby(sorted(samples, key=_name), key=_name):
        of_name = list(same)
        written.append(f"# HELP {name} {of_name[0].words}")
        written.append(f"# TYPE {name} {of_name[0].kind}")
        written += [f"{name}{_labels(sample.labels)} {sample.value:.15g}" for sample in of_name]
    return "\n".join(written) + "\n"


def _name(sample: Sample) -> str:
    return sample.name


def _labels(labels: Mapping[str, str]) -> str:
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
