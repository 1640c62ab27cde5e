"""Where the points of a course of equity lie in a picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.adapters.pictures.scales import Frame
from bot.domain.performance import EquityPoint

_AIR, _LEAST_RANGE = 0.08, 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Worths over a time, laid into a frame, with air above and below them.

    `low` and `high` are in the worths' own unit; a course that stands still gets a range of its
    own, so that it lies in the middle.
    """

    frame: Frame
    points: tuple[EquityPoint, ...]
    low: float
    high: float

    @classmethod
    def within(cls, frame: Frame, points: Sequence[EquityPoint]) -> "Course":
        """Lay points, in order, into a frame."""
        worths = [float(point.equity_lamports) for point in points]
        low, high = min(worths), max(worths)
        least = max(abs(high) * _LEAST_RANGE, 1.0)
        if high - low < least:
            middle = (high + low) / 2
            low, high = middle - least / 2, middle + least / 2
        air = (high - low) * _AIR
        return cls(frame=frame, points=tuple(points), low=low - air, high=high + air)

    def y(self, worth: float) -> float:
        """Give the height of a worth, kept inside the frame."""
        share = (worth - self.low) / (self.high - self.low)
        return self.frame.bottom - min(max(share, 0.0), 1.0) * (self.frame.bottom - self.frame.top)

    def line(self) -> list[tuple[float, float]]:
        """Give the points as pixels."""
        first, last = self.points[0].at, self.points[-1].at
        whole = (last - first).total_seconds() or 1.0
        wide = self.frame.right - self.frame.left
        return [
            (
                self.frame.left + (point.at - first).total_seconds() / whole * wide,
                self.y(float(point.equity_lamports)),
            )
            for point in self.points
        ]
