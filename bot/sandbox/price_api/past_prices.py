"""Makes up what a pool's price did before now: seeded waves that end at the price of now."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

_WAVES = (
    (45 * 86_400, 0.30),
    (9 * 86_400, 0.16),
    (2.1 * 86_400, 0.09),
    (14 * 3_600, 0.05),
    (4.3 * 3_600, 0.028),
    (71 * 60, 0.014),
    (17 * 60, 0.007),
    (290, 0.004),
)
"""Each wave's period in seconds and the size of its swing in logarithms."""
_POINTS = 8
_JITTER = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCandle:
    """One made-up candle; prices relative to the price now, volume in pools' worth."""

    opened_s: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class PastPrices:
    """The past of one pool, the same for a seed: a candle's close is the next one's open."""

    def __init__(self, seed: str, now_s: int) -> None:
        random = Random(seed)
        self._phases = [random.uniform(0, math.tau) for _ in _WAVES]
        self._seed = seed
        self._level_now = self._level(now_s)

    def candles(self, length_s: int, before_s: int, limit: int) -> Sequence[PastCandle]:
        """Give the candles that opened before a moment, newest first, as the site does."""
        newest = (before_s - 1) // length_s * length_s
        return [self._candle(newest - length_s * back, length_s) for back in range(limit)]

    def _candle(self, opened_s: int, length_s: int) -> PastCandle:
        random = Random(f"{self._seed}/{length_s}/{opened_s}")
        path = [self._price(opened_s + length_s * point / _POINTS) for point in range(_POINTS + 1)]
        reach = (max(path) - min(path)) * _JITTER
        moved = abs(path[-1] / path[0] - 1)
        share = length_s / 86_400 * (0.6 + 40 * moved) * math.exp(random.gauss(0, 0.5))
        return PastCandle(
            opened_s=opened_s,
            open=path[0],
            high=max(path) + reach * random.random(),
            low=min(path) - reach * random.random(),
            close=path[-1],
            volume=share,
        )

    def _price(self, second: float) -> float:
        return math.exp(self._level(second) - self._level_now)

    def _level(self, second: float) -> float:
        return sum(
            swing * math.sin(math.tau * second / period + phase)
            for (period, swing), phase in zip(_WAVES, self._phases, strict=True)
        )
