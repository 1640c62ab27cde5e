"""Orders that wait, in words: what each does, where it waits, and the exits of a position."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from bot.domain.exit_spelling import read_exits
from bot.domain.instruments import Token
from bot.domain.levels import Level, LevelUnit
from bot.domain.positions import Position, Side
from bot.domain.resting import NewResting, RestingAction, RestingKind
from bot.domain.resting_plans import BreakEven, Exit, Stop, TakeProfit, TimeExit
from bot.domain.triggers import Gauge
from bot.telegram.screens import figures
from bot.telegram.screens.triggered import kind_name, level_text

_HUNDRED = Decimal(100)
_BPS = Decimal(10_000)
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_SHORT_NAMES: Mapping[RestingKind, str] = {
    RestingKind.STOP: "stop",
    RestingKind.TAKE_PROFIT: "take profit",
    RestingKind.TRAILING: "trail",
    RestingKind.BREAK_EVEN: "break-even",
    RestingKind.TIME: "exit",
}


def deed(placed: NewResting, token: Token) -> str:
    """Say what an order does once its time comes: `limit buy 5 SOL`, `stop, 50 of it`."""
    if placed.action is RestingAction.OPEN:
        return _entry(placed)
    name = kind_name(placed.kind)
    if placed.token_units is None or placed.action is RestingAction.PROTECT:
        return name
    return f"{name}, {figures.amount(token, placed.token_units)} of it"


def place_of(placed: NewResting, token: Token, now: datetime) -> str:
    """Say where an order waits: at a level, or for a moment."""
    wait = placed.wait
    first = "next " if placed.times_left > 1 else ""
    if wait.gauge is not None and wait.level is not None:
        text = f"{first}at {level_text(token, wait.gauge, wait.level)}"
        return f"{text}{_market_cap(placed, token)}{_distance_kept(placed)}"
    if wait.due_at is None:
        return ""
    return f"{first}in {span((wait.due_at - now).total_seconds())}"


def exits_that_come(placed: NewResting) -> str:
    """Say which exits an entry brings along."""
    exits = read_exits(placed.details.get("exits"))
    return exit_words(exits, placed.side) if exits else ""


def exit_words(exits: Sequence[Exit], side: Side) -> str:
    """Say exits as they were asked for: `stop −8%, take profit +30% (50%)`."""  # noqa: RUF002 (as it is shown)
    return ", ".join(_exit(one, side) for one in exits)


def armed(placed: NewResting, token: Token, position: Position) -> str:
    """Say an exit in two words, by the gain at its level where that is a price in SOL."""
    name = _SHORT_NAMES.get(placed.kind, kind_name(placed.kind))
    wait = placed.wait
    if placed.kind is RestingKind.TRAILING and "trail_bps" in placed.details:
        return f"{name} {_trail_percent(placed)}"
    if wait.gauge is Gauge.PRICE_SOL and wait.level is not None and position.entry_price:
        change = wait.level / position.entry_price - 1
        gain = change if position.side is Side.LONG else -change
        return f"{name} {figures.signed_percent(gain)}"
    if wait.gauge is not None and wait.level is not None:
        return f"{name} {level_text(token, wait.gauge, wait.level)}"
    due = wait.due_at
    return name if due is None else f"{name} {figures.day_and_time(due)}"


def span(seconds: float) -> str:
    """Give how long until something, in its largest unit: `4 h`, `30 d`."""
    whole = max(0, int(seconds + 0.5))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min"
    return f"{whole // _HOUR} h" if whole < 2 * _DAY else f"{(whole + _DAY // 2) // _DAY} d"


def _entry(placed: NewResting) -> str:
    size = figures.with_sol(placed.size_lamports or 0)
    leverage = f" x{placed.leverage}" if placed.leverage > 1 else ""
    verb = "buy" if placed.side is Side.LONG else "short"
    times = f", {placed.times_left} times" if placed.times_left > 1 else ""
    match placed.kind:
        case RestingKind.STOP:
            return f"breakout {verb} {size}{leverage}"
        case RestingKind.DCA:
            seconds = placed.details.get("interval_seconds")
            every = span(float(seconds)) if isinstance(seconds, int) else "?"
            return f"{verb} {size} every {every}{times}"
        case RestingKind.DIP:
            bps = placed.details.get("dip_bps")
            drop = figures.percent(Decimal(bps) / _BPS) if isinstance(bps, int) else "?"
            return f"{verb} {size} each {drop} down{times}"
        case _:
            return f"limit {verb} {size}{leverage}"


def _exit(one: Exit, side: Side) -> str:
    match one:
        case Stop():
            return f"stop {_level(one.level, side)}{_part(one.share_percent)}"
        case TakeProfit():
            return f"take profit {_level(one.level, side)}{_part(one.share_percent)}"
        case BreakEven():
            return f"break-even at {_level(one.level, side)}"
        case TimeExit():
            return f"exit after {span(one.after.total_seconds())}{_part(one.share_percent)}"
        case _:
            distance = (
                f"{figures.number(one.atr_times)} ATR"
                if one.atr_times is not None
                else figures.percent((one.percent or Decimal(0)) / _HUNDRED)
            )
            return f"trail {distance}{_part(one.share_percent)}"


def _level(level: Level, side: Side) -> str:
    match level.unit:
        case LevelUnit.PERCENT:
            gain = level.value if side is Side.LONG else -level.value
            return "at entry" if not gain else figures.signed_percent(gain / _HUNDRED)
        case LevelUnit.USD:
            return figures.usd(level.value)
        case LevelUnit.CAP_USD:
            return f"mc {figures.usd(level.value)}"
        case LevelUnit.SOL:
            return f"{figures.number(level.value)} SOL"


def _part(share_percent: int) -> str:
    return "" if share_percent == int(_HUNDRED) else f" ({share_percent}%)"


def _market_cap(placed: NewResting, token: Token) -> str:
    wait = placed.wait
    if wait.gauge is not Gauge.PRICE_USD or wait.level is None or not token.supply:
        return ""
    cap = wait.level * Decimal(token.supply).scaleb(-token.decimals)
    return f" (mc {figures.usd(cap)})"


def _distance_kept(placed: NewResting) -> str:
    if placed.kind is not RestingKind.TRAILING:
        return ""
    if "trail_bps" in placed.details:
        return f", {_trail_percent(placed)} behind"
    times = placed.details.get("atr_times")
    return f", {times} ATR behind" if times else ""


def _trail_percent(placed: NewResting) -> str:
    bps = placed.details.get("trail_bps")
    return figures.percent(Decimal(bps) / _BPS) if isinstance(bps, int) else "?"


def waits_until(placed: NewResting) -> str:
    """Say until when an order waits."""
    return f"until {figures.day_and_time(placed.expires_at)} UTC"


def left(placed: NewResting, now: datetime) -> str:
    """Give how long an order still waits."""
    remaining: timedelta = placed.expires_at - now
    return span(remaining.total_seconds())
