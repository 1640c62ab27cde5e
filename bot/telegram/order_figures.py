"""Reads the figures of an order as typed: levels, sizes, distances, lengths of time, counts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from bot.domain.candles import BY_LABEL, Interval
from bot.domain.errors import Refusal
from bot.domain.levels import Level, LevelUnit, against, in_favour
from bot.domain.money import (
    SOL_DECIMALS,
    figure_from_text,
    percent_from_text,
    share_from_text,
    units_from_text,
)
from bot.domain.positions import Side
from bot.domain.resting_plans import Size, SizeUnit, Trailing

LONGEST_ECHO = 32
ATR_INTERVALS: Mapping[str, Interval] = {label: BY_LABEL[label] for label in ("15m", "1h")}
_HUNDREDTHS = Decimal(100)
_MOST_CHANGE = Decimal(10_000)
_DURATION = re.compile(r"([0-9]{1,4})(m|h|d|w)", re.ASCII)
_LENGTHS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_ATR = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,2})?)atr", re.ASCII)
_TIMES = re.compile(r"x([0-9]{1,4})|([0-9]{1,4})x", re.ASCII)
_SIGNS = "+-\u2212"
_ALL = frozenset({"all", "max"})
_MARKET_CAP = ("mcap", "mc", "cap")
_AT_ENTRY = frozenset({"be", "breakeven", "entry"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenLevel:
    """A level as typed: a price, or a change in percent that may have come with its sign."""

    level: Level
    is_signed: bool = False

    def losing(self, side: Side) -> Level:
        """Give a stop's level: a bare percentage is a loss, a signed one is the position's own."""
        return self._of_position(side, is_loss=not self.is_signed)

    def winning(self, side: Side) -> Level:
        """Give a profit's level: percentages are gains of the position."""
        return self._of_position(side, is_loss=False)

    def of_price(self, *, is_below: bool) -> Level:
        """Give an entry's level: a bare percentage lies on the usual side of the price of now."""
        if self.level.unit is not LevelUnit.PERCENT or self.is_signed or not is_below:
            return self.level
        return Level(unit=LevelUnit.PERCENT, value=-self.level.value)

    def _of_position(self, side: Side, *, is_loss: bool) -> Level:
        if self.level.unit is not LevelUnit.PERCENT:
            return self.level
        change = self.level.value
        return against(side, change) if is_loss else in_favour(side, change)


def read_level(text: str) -> SpokenLevel:
    """Read `0.02`, `$0.02`, `-8%`, `mc5M` or `be` (the entry price).

    Raises `Refusal` (`not_a_level`, or a number's own).
    """
    word = text.casefold()
    if word in _AT_ENTRY:
        return SpokenLevel(level=Level(unit=LevelUnit.PERCENT, value=Decimal(0)), is_signed=True)
    if word.endswith("%"):
        return _change(word)
    for name in _MARKET_CAP:
        if word.startswith(name):
            figure = word.removeprefix(name).removeprefix(":").removeprefix("$")
            return SpokenLevel(level=Level(unit=LevelUnit.CAP_USD, value=_price(figure, text)))
    if word.startswith("$"):
        return SpokenLevel(level=Level(unit=LevelUnit.USD, value=_price(word[1:], text)))
    return SpokenLevel(level=Level(unit=LevelUnit.SOL, value=_price(word, text)))


def is_market_cap(word: str) -> bool:
    """Tell whether a word says that the next one is a market cap."""
    return word.casefold() in _MARKET_CAP


def read_size(text: str) -> Size:
    """Read a size in SOL, or a share of the wallet such as `10%` or `all`; raises `Refusal`."""
    word = text.casefold()
    if word in _ALL:
        return Size(unit=SizeUnit.CASH_PERCENT, value=Decimal(100))
    if word.endswith("%"):
        return Size(unit=SizeUnit.CASH_PERCENT, value=read_percent(text))
    lamports = units_from_text(word.removesuffix("sol"), SOL_DECIMALS)
    return Size(unit=SizeUnit.LAMPORTS, value=Decimal(lamports))


def read_percent(text: str) -> Decimal:
    """Read a percentage above zero, up to 100; raises `Refusal("bad_size")`."""
    word = text.removesuffix("%")
    value = _share(word) if word[:1] not in _SIGNS else None
    if value is None or not 0 < value <= 100:  # noqa: PLR2004 (a percentage)
        raise Refusal("bad_size", text=text[:LONGEST_ECHO])
    return value


def read_drop(text: str) -> Decimal:
    """Read how far a price must fall, such as `5%` or `-5%`; raises `Refusal("bad_distance")`."""
    value = _share(text.removesuffix("%").lstrip("-\u2212"))
    if value is None or not value:
        raise Refusal("bad_distance", text=text[:LONGEST_ECHO])
    return value


def read_trail(text: str, share_percent: int, interval: Interval) -> Trailing:
    """Read a trailing distance, `10%` or `2atr`; raises `Refusal("bad_distance")`."""
    by_range = _ATR.fullmatch(text.casefold())
    if by_range is not None:
        times = Decimal(by_range[1].replace(",", "."))
        return Trailing(atr_times=times, atr_interval=interval, share_percent=share_percent)
    return Trailing(percent=read_drop(text), share_percent=share_percent)


def read_duration(text: str) -> timedelta:
    """Read a length of time such as `30m`, `4h` or `3d`; raises `Refusal("bad_duration")`."""
    match = _DURATION.fullmatch(text.casefold())
    if match is None or int(match[1]) == 0:
        raise Refusal("bad_duration", text=text[:LONGEST_ECHO])
    return int(match[1]) * _LENGTHS[match[2]]


def read_times(text: str) -> int:
    """Read a count or a leverage such as `x3`; raises `Refusal("bad_times")`."""
    match = _TIMES.fullmatch(text.casefold())
    times = int(match[1] or match[2]) if match else 0
    if not times:
        raise Refusal("bad_times", text=text[:LONGEST_ECHO])
    return times


def is_times(word: str) -> bool:
    """Tell whether a word has the form of a count or a leverage."""
    return _TIMES.fullmatch(word.casefold()) is not None


def split_share(text: str) -> tuple[str, int]:
    """Split `30%:50%` into the level and the share of the position; all of it without one."""
    head, mark, share = text.rpartition(":")
    if not mark or head.casefold() in _MARKET_CAP:
        return text, 100
    return head, percent_from_text(share)


def _change(word: str) -> SpokenLevel:
    change = _share(word)
    if change is None or abs(change) > _MOST_CHANGE:
        raise Refusal("not_a_level", text=word[:LONGEST_ECHO])
    return SpokenLevel(
        level=Level(unit=LevelUnit.PERCENT, value=change), is_signed=word[0] in _SIGNS
    )


def _share(text: str) -> Decimal | None:
    try:
        return Decimal(share_from_text(text)) / _HUNDREDTHS
    except Refusal:
        return None


def _price(figure: str, text: str) -> Decimal:
    try:
        return figure_from_text(figure)
    except Refusal as refusal:
        if refusal.code != "not_a_number":
            raise
        raise Refusal("not_a_level", text=text[:LONGEST_ECHO]) from refusal
