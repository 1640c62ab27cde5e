"""The questions of a dashboard as Grafana puts them, and what is made of the answers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any, Self

from benchmarks.dashboard_world import Prometheus

_RATE_INTERVAL = "60s"  # four scrapes of 15 s, as Grafana counts it
_LABEL = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_VALUES = re.compile(r"label_values\((?P<series>.+), (?P<label>\w+)\)")
_SPECIAL = re.compile(r"[\\^$*+?.()|\[\]{}/]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One query of a panel, and what its lines are called."""

    panel: str
    legend: str
    expr: str
    unit: str = ""
    is_instant: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: lines by their names, each with moments and values."""

    question: Question
    series: Sequence[tuple[str, Sequence[tuple[float, float]]]]
    error: str

    @classmethod
    def read(cls, question: Question, data: object, error: str) -> Self:
        """Read Prometheus' own form; a line without a value is none."""
        results = data["result"] if isinstance(data, dict) else []
        return cls(question=question, series=tuple(_lines(question.legend, results)), error=error)

    def last(self) -> float:
        """Give the newest value of the first line."""
        return self.series[0][1][-1][1]

    def trouble(self, reason: str) -> str:
        """Say what is wrong with it, '' where nothing is, or where it may be empty."""
        if self.error:
            return self.error
        if not self.series:
            return "" if reason else "gives nothing"
        names = [name for name, _ in self.series]
        if "" in names and self.question.legend:
            return "a line has no name"
        if len(set(names)) < len(names):
            return "two lines have one name"
        numbers = (value for _, moments in self.series for _, value in moments)
        return "" if any(map(isfinite, numbers)) else "is no number"

    def in_words(self, reasons: Mapping[str, str]) -> str:
        """Give a line of text: how many lines, and the newest values of the first few."""
        if self.error:
            return f"ERROR {self.error}"
        if not self.series:
            return f"nothing: {reasons.get(self.question.panel, 'NO REASON KNOWN')}"
        shown = ", ".join(f"{name} {moments[-1][1]:.4g}" for name, moments in self.series[:4])
        return f"{len(self.series):3} {shown.strip()} [{self.question.unit}]"

    def to_json(self) -> Mapping[str, object]:
        """Give all of it."""
        return asdict(self)


def questions(dashboard: Mapping[str, Any]) -> Iterator[Question]:
    """Give every query of every panel."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            yield Question(
                panel=panel["title"],
                legend="" if target["legendFormat"] == "__auto" else target["legendFormat"],
                expr=target["expr"],
                unit=panel["fieldConfig"]["defaults"]["unit"],
                is_instant=target["instant"],
            )


async def variables(
    prom: Prometheus, dashboard: Mapping[str, Any], *, role: str
) -> Mapping[str, str]:
    """Give what Grafana puts in for each variable; `role` is '' where all are chosen."""
    chosen = {"role": _one_of([role])} if role else {}
    for variable in dashboard["templating"]["list"]:
        name = variable["name"]
        if variable["type"] != "query" or name in chosen:
            continue
        if "allValue" in variable:
            chosen[name] = variable["allValue"]
            continue
        found = _VALUES.fullmatch(as_asked(variable["definition"], chosen))
        assert found, variable["definition"]
        data, error = await prom.get("series", **{"match[]": found["series"]})
        assert isinstance(data, list), error
        chosen[name] = _one_of(sorted({one[found["label"]] for one in data}))
    return chosen


def as_asked(expr: str, chosen: Mapping[str, str]) -> str:
    """Put the variables' values in."""
    expr = expr.replace("$__rate_interval", _RATE_INTERVAL)
    for name, value in chosen.items():
        expr = expr.replace(f"${name}", value)
    return expr


def _one_of(values: Sequence[str]) -> str:
    """Give Grafana's expression for several values at once, in PromQL's quotes."""
    escaped = [_SPECIAL.sub(r"\\\\\g<0>", value) for value in values]
    return f"({'|'.join(escaped)})" if len(escaped) > 1 else escaped[0]


def _lines(
    legend: str, results: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, Sequence[tuple[float, float]]]]:
    for result in results:
        labels = result["metric"]
        missing = [label for label in _LABEL.findall(legend) if label not in labels]
        name = "" if missing else _named(legend, labels)
        moments = result.get("values") or [result["value"]]
        yield name, [(float(at), float(value)) for at, value in moments]


def _named(legend: str, labels: Mapping[str, str]) -> str:
    return _LABEL.sub(lambda found: labels[found[1]], legend)
