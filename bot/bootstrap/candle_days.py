"""Reads for how many days the candles of each interval are kept."""

from collections.abc import Mapping

from bot.domain.candles import BY_LABEL, Interval

CANDLE_DAYS: Mapping[Interval, int] = {
    Interval.MINUTE: 3,
    Interval.FIVE_MINUTES: 14,
    Interval.QUARTER: 60,
    Interval.HOUR: 365,
    Interval.FOUR_HOURS: 1825,
    Interval.DAY: 3650,
}
_LEAST_DAYS, _MOST_DAYS = 2, 36_500
_MOST_DIGITS = 5


def days_by_interval(text: str) -> dict[Interval, int]:
    """Read `1m:3,1h:365`; intervals that are not named keep their default.

    Raises `ValueError`: an unknown interval, or no number of days from 2 to 36500. Two days are
    the least, since the day's figures and the larger candles are made of the smaller ones.
    """
    days = dict(CANDLE_DAYS)
    for part in filter(None, (part.strip() for part in text.split(","))):
        label, _, number = part.partition(":")
        interval = BY_LABEL.get(label.strip())
        if interval is None:
            raise ValueError(f"CANDLE_DAYS takes {', '.join(BY_LABEL)}")
        days[interval] = _days(number.strip())
    return days


def _days(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        days = int(text)
        if _LEAST_DAYS <= days <= _MOST_DAYS:
            return days
    raise ValueError(f"CANDLE_DAYS takes {_LEAST_DAYS} to {_MOST_DAYS} days, like 1m:3")
