"""What a person asks to be done later: entries that wait, exits of a position, repeated buys."""

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from bot.domain.candles import Interval
from bot.domain.levels import Level
from bot.domain.positions import Side
from bot.domain.values import value

ENTRY_SLIPPAGE_BPS, EXIT_SLIPPAGE_BPS = 500, 1500
ENTRY_EXPIRY, EXIT_EXPIRY = timedelta(days=7), timedelta(days=30)
LONGEST_EXPIRY = timedelta(days=90)


@value
class Stop:
    """Leave with `share_percent` of the position once the price is as bad as the level."""

    level: Level
    share_percent: int = 100


@value
class TakeProfit:
    """Leave with `share_percent` of the position once the price is as good as the level.

    Several of them are a ladder; a share of 100 is all that is left when it fills.
    """

    level: Level
    share_percent: int = 100


@value
class Trailing:
    """Leave once the price falls back so far from its best: a percentage, or times the ATR.

    The distance by `atr_times` is that many average true ranges of 14 candles, fixed when the
    order is placed. `percent` and `atr_times` exclude each other.
    """

    percent: Decimal | None = None
    atr_times: Decimal | None = None
    atr_interval: Interval = Interval.HOUR
    share_percent: int = 100


@value
class BreakEven:
    """Move the position's stop to its entry price once the level is reached."""

    level: Level


@value
class TimeExit:
    """Leave with `share_percent` of the position after this long."""

    after: timedelta
    share_percent: int = 100


Exit = Stop | TakeProfit | Trailing | BreakEven | TimeExit


@value
class ExitPlan:
    """Exits of a position that stands."""

    position_number: int
    exits: tuple[Exit, ...]
    slippage_bps: int = EXIT_SLIPPAGE_BPS
    expires_in: timedelta = EXIT_EXPIRY


class SizeUnit(StrEnum):
    """How an entry's size is given."""

    LAMPORTS = "lamports"
    CASH_PERCENT = "cash_percent"
    RISK_PERCENT = "risk_percent"


@value
class Size:
    """An entry's size: lamports, a percentage of the wallet's cash, or of its equity at risk.

    At risk means: what the first stop among the exits would lose, fees apart. Percentages are
    worked out when the order is placed.
    """

    unit: SizeUnit
    value: Decimal


@value
class Entry:
    """What to enter and how large; `exits` are placed with the fill, in its own transaction."""

    token_id: int
    side: Side
    size: Size
    leverage: int = 1
    exits: tuple[Exit, ...] = ()
    slippage_bps: int = ENTRY_SLIPPAGE_BPS


@value
class EntryPlan:
    """Enter at a level: at it or better (a limit), or with the market once it is reached.

    `is_breakout` is the latter, a stop entry. With `other` the two exclude each other: the
    first to fill cancels the second.
    """

    entry: Entry
    level: Level
    is_breakout: bool = False
    other: "EntryPlan | None" = None
    expires_in: timedelta = ENTRY_EXPIRY


@value
class SchedulePlan:
    """Buy `times` times, the first time after one interval (DCA)."""

    entry: Entry
    every: timedelta
    times: int
    expires_in: timedelta = LONGEST_EXPIRY


@value
class DipPlan:
    """Buy each time the price has fallen `drop_percent` below the last fill, or below now."""

    entry: Entry
    drop_percent: Decimal
    times: int
    expires_in: timedelta = LONGEST_EXPIRY


RestingPlan = ExitPlan | EntryPlan | SchedulePlan | DipPlan


@value
class NewTerms:
    """What to change of an order that waits; None leaves a thing as it is.

    `trail_percent` is for trailing stops, `size_lamports` for entries, `share_percent` (of the
    position as it is now; 100 is all that is left) for exits.
    """

    level: Level | None = None
    trail_percent: Decimal | None = None
    size_lamports: int | None = None
    share_percent: int | None = None
    slippage_bps: int | None = None
    expires_in: timedelta | None = None
