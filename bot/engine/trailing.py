"""Where a trailing stop stands: so far behind the best price that was believed."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from bot.domain.candles import Candle
from bot.domain.positions import BPS, Side

_CANDLES = 14


def trail_level(side: Side, peak: Decimal, details: Mapping[str, object]) -> Decimal:
    """Give the level that follows a peak: `trail_bps` of it away, or `trail_distance` in SOL.

    The level of a long never goes below a ten-thousandth of its peak.
    """
    if "trail_bps" in details:
        share = Decimal(str(details["trail_bps"])) / BPS
        return peak * (1 - share if side is Side.LONG else 1 + share)
    distance = Decimal(str(details["trail_distance"]))
    return max(peak - distance, peak / BPS) if side is Side.LONG else peak + distance


def better_peak(side: Side, peak: Decimal, price: Decimal) -> Decimal:
    """Give the better of a peak and a price for this side."""
    return max(peak, price) if side is Side.LONG else min(peak, price)


def believed_price(side: Side, readings: Sequence[Decimal]) -> Decimal:
    """Give the best price that held through these readings: one outlier moves no stop."""
    return min(readings) if side is Side.LONG else max(readings)


def average_true_range(candles: Sequence[Candle]) -> Decimal | None:
    """Give the mean true range of the last 14 candles; None where there are fewer than 15.

    True range: the largest of high - low, |high - close before| and |low - close before|
    (J. Welles Wilder, 1978), averaged plainly.
    """
    if len(candles) <= _CANDLES:
        return None
    last = candles[-_CANDLES - 1 :]
    ranges = [
        max(now.high, before.close) - min(now.low, before.close) for before, now in pairwise(last)
    ]
    return sum(ranges, Decimal(0)) / _CANDLES
