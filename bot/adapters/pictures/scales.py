"""Where a price and a moment lie in a picture, and the round figures along both axes."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.charts import Chart

_MIDDLE = 0.5
_REACH = 0.4
"""How far beyond the candles, as a share of their range, a level still widens the picture."""
_AIR = 0.06
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_TIME_STEPS_MINUTES = (
    5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440, 2880, 4320, 10_080, 20_160, 43_200, 129_600,
)  # fmt: skip
_DAY_MINUTES = 1440
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A rectangle of pixels."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceScale:
    """Prices from low to high, drawn from the bottom to the top of a frame."""

    frame: Frame
    low: float
    high: float

    def y(self, price: float) -> float:
        """Give the height of a price."""
        share = (price - self.low) / (self.high - self.low)
        return self.frame.bottom - share * (self.frame.bottom - self.frame.top)

    def holds(self, price: float) -> bool:
        """Tell whether a price lies inside."""
        return self.low <= price <= self.high

    def step(self, most: int) -> float:
        """Give the smallest round step with at most so many figures on the axis."""
        rough = (self.high - self.low) / most
        power = 10.0 ** math.floor(math.log10(rough))
        return next(step * power for step in _STEPS if step * power >= rough * (1 - 1e-9))

    def figures(self, most: int) -> list[float]:
        """Give the round prices along the axis."""
        step = self.step(most)
        first = math.ceil(self.low / step)
        return [number * step for number in range(first, math.floor(self.high / step) + 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeScale:
    """Slots of one interval each, drawn from the left to the right of a frame."""

    frame: Frame
    since: datetime
    length: timedelta
    slots: int

    @property
    def slot_width(self) -> float:
        """Give how many pixels one candle has, its gap included."""
        return (self.frame.right - self.frame.left) / self.slots

    def slot(self, moment: datetime) -> int:
        """Give which slot a moment lies in."""
        return (moment - self.since) // self.length

    def x(self, slot: int) -> float:
        """Give the middle of a slot."""
        return self.frame.left + (slot + _MIDDLE) * self.slot_width

    def figures(self, most: int) -> list[tuple[int, str]]:
        """Give the slots that have a label, and the labels: times of day, or days (UTC)."""
        minutes = self.slots * self.length / timedelta(minutes=1)
        step = next(
            (m for m in _TIME_STEPS_MINUTES if minutes / m <= most), _TIME_STEPS_MINUTES[-1]
        )
        return [
            (slot, _label(self.since + slot * self.length, step))
            for slot in range(self.slots)
            if _minutes(self.since + slot * self.length) % step == 0
        ]


def _minutes(moment: datetime) -> int:
    return int((moment - _EPOCH).total_seconds()) // 60


def _label(moment: datetime, step: int) -> str:
    if step >= _DAY_MINUTES or (moment.hour, moment.minute) == (0, 0):
        return f"{moment.day} {moment:%b}"
    return f"{moment:%H:%M}"


def price_range(chart: Chart) -> tuple[float, float]:
    """Give from where to where prices are drawn: all candles, and the levels that lie near."""
    low = min(float(candle.low) for candle in chart.candles)
    high = max(float(candle.high) for candle in chart.candles)
    reach = (high - low) * _REACH or high * _AIR
    prices = [float(level.price) for level in chart.levels]
    prices += [float(mark.price) for mark in chart.marks]
    near = [price for price in prices if low - reach <= price <= high + reach]
    low, high = min([low, *near]), max([high, *near])
    air = (high - low) * _AIR or high * _AIR or 1.0
    return max(low - air, 0.0), high + air
