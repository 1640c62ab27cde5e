"""What a process uses over hours, and whether that stays flat."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped] # it brings none, and three figures need none

_MEGABYTE = 1_000_000
_LARGEST_GROWTH = 0.10
_MORE_HANDLES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One look at a process, so many seconds after the beginning."""

    at: float
    memory_mb: float
    handles: int
    threads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """What a process used at the beginning, once it was warm, and at the end: medians."""

    process: str
    samples: int
    memory_mb: tuple[float, float]
    handles: tuple[float, float]
    threads: tuple[float, float]

    def faults(self) -> list[str]:
        """Name what grew further than the noise."""
        grown = []
        if self.memory_mb[1] > self.memory_mb[0] * (1 + _LARGEST_GROWTH):
            grown.append(f"{self.process}: memory {_span(self.memory_mb)} MB")
        if self.handles[1] > self.handles[0] + _MORE_HANDLES:
            grown.append(f"{self.process}: file handles {_span(self.handles)}")
        return grown


def look(pid: int, at: float) -> Sample:
    """Look at a process; raises psutil's `NoSuchProcess` where there is none."""
    process = psutil.Process(pid)
    with process.oneshot():
        return Sample(
            at=at,
            memory_mb=process.memory_info().rss / _MEGABYTE,
            handles=process.num_fds(),
            threads=process.num_threads(),
        )


def trend(process: str, samples: Sequence[Sample], warm_after: float) -> Trend:
    """Hold the first third of what was seen behind `warm_after` seconds against the last third."""
    warm = [sample for sample in samples if sample.at >= warm_after]
    third = max(1, len(warm) // 3)

    def medians(of: Callable[[Sample], float]) -> tuple[float, float]:
        return (
            round(statistics.median(map(of, warm[:third])), 1),
            round(statistics.median(map(of, warm[-third:])), 1),
        )

    return Trend(
        process=process,
        samples=len(warm),
        memory_mb=medians(lambda one: one.memory_mb),
        handles=medians(lambda one: one.handles),
        threads=medians(lambda one: one.threads),
    )


def _span(pair: tuple[float, float]) -> str:
    return f"{pair[0]:g} to {pair[1]:g}"
