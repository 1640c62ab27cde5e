"""What a chart shows: candles, the levels that matter to its owner, and what they did there."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain.candles import Candle, Interval
from bot.domain.triggers import Gauge
from bot.domain.users import Mode


class Theme(StrEnum):
    """Whether a picture is light on dark or dark on light."""

    DARK = "dark"
    LIGHT = "light"


class LevelKind(StrEnum):
    """What happens at a level."""

    ENTRY = "entry"
    LIQUIDATION = "liq"
    STOP = "stop"
    PROFIT = "tp"
    ORDER = "order"


class Deed(StrEnum):
    """What a fill did to a position."""

    ENTRY = "entry"
    EXIT = "exit"
    LIQUIDATION = "liquidated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A price that matters to the chart's owner, SOL per token."""

    kind: LevelKind
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmedLevel:
    """A level that an order waits at, on its gauge: SOL or dollars per token."""

    kind: LevelKind
    gauge: Gauge
    level: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeMark:
    """One fill of the chart's owner, at the price it was filled at, SOL per token."""

    at: datetime
    price: Decimal
    bought: bool
    deed: Deed


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Everything that is drawn; marks and levels are of one mode, None where it is nobody's own.

    `candles` are in order and lie between `since` and `until`; the last may still be forming.
    `symbol` is a stranger's text: what the font lacks is drawn as `short_mint`.
    """

    symbol: str
    short_mint: str
    interval: Interval
    theme: Theme
    candles: tuple[Candle, ...]
    since: datetime
    until: datetime
    mode: Mode | None = None
    marks: tuple[TradeMark, ...] = ()
    levels: tuple[Level, ...] = ()
