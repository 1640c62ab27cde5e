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
from bot.words.speech import later, say

_HUNDRED = Decimal(100)
_BPS = Decimal(10_000)
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_SHORT_NAMES: Mapping[RestingKind, str] = {
    RestingKind.STOP: later("stop"),
    RestingKind.TAKE_PROFIT: later("take profit"),
    RestingKind.TRAILING: later("trail"),
    RestingKind.BREAK_EVEN: later("break-even"),
    RestingKind.TIME: later("exit"),
}


def deed(placed: NewResting, token: Token) -> str:
    """Say what an order does once its time comes: `limit buy 5 SOL`, `stop, 50 of it`."""
    if placed.action is RestingAction.OPEN:
        return _entry(placed)
    name = kind_name(placed.kind)
    if placed.token_units is None or placed.action is RestingAction.PROTECT:
        return name
    return say(
        "{order}, {amount} of it", order=name, amount=figures.amount(token, placed.token_units)
    )


def place_of(placed: NewResting, token: Token, now: datetime) -> str:
    """Say where an order waits: at a level, or for a moment."""
    wait = placed.wait
    if wait.gauge is not None and wait.level is not None:
        level = level_text(token, wait.gauge, wait.level)
        text = (
            say("next at {level}", level=level)
            if placed.times_left > 1
            else say("at {level}", level=level)
        )
        return f"{text}{_market_cap(placed, token)}{_distance_kept(placed)}"
    if wait.due_at is None:
        return ""
    until = span((wait.due_at - now).total_seconds())
    if placed.times_left > 1:
        return say("next in {span}", span=until)
    return say("in {span}", span=until)


def exits_that_come(placed: NewResting) -> str:
    """Say which exits an entry brings along."""
    exits = read_exits(placed.details.get("exits"))
    return exit_words(exits, placed.side) if exits else ""


def exit_words(exits: Sequence[Exit], side: Side) -> str:
    """Say exits as they were asked for: `stop −8%, take profit +30% (50%)`."""  # noqa: RUF002 (as it is shown)
    return ", ".join(_exit(one, side) for one in exits)


def armed(placed: NewResting, token: Token, position: Position) -> str:
    """Say an exit in two words, by the gain at its level where that is a price in SOL."""
    name = say(_SHORT_NAMES[placed.kind]) if placed.kind in _SHORT_NAMES else kind_name(placed.kind)
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
        return say("{seconds} s", seconds=whole)
    if whole < _HOUR:
        return say("{minutes} min", minutes=whole // _MINUTE)
    return (
        say("{hours} h", hours=whole // _HOUR)
        if whole < 2 * _DAY
        else say("{days} d", days=(whole + _DAY // 2) // _DAY)
    )


def _entry(placed: NewResting) -> str:
    size = figures.with_sol(placed.size_lamports or 0)
    leverage = f" x{placed.leverage}" if placed.leverage > 1 else ""
    verb = say("buy") if placed.side is Side.LONG else say("short")
    times = (
        say(", {times_left} times", times_left=placed.times_left) if placed.times_left > 1 else ""
    )
    match placed.kind:
        case RestingKind.STOP:
            return say("breakout {verb} {size}{leverage}", verb=verb, size=size, leverage=leverage)
        case RestingKind.DCA:
            seconds = placed.details.get("interval_seconds")
            every = span(float(seconds)) if isinstance(seconds, int) else "?"
            return say(
                "{verb} {size} every {every}{times}", verb=verb, size=size, every=every, times=times
            )
        case RestingKind.DIP:
            bps = placed.details.get("dip_bps")
            drop = figures.percent(Decimal(bps) / _BPS) if isinstance(bps, int) else "?"
            return say(
                "{verb} {size} each {drop} down{times}",
                verb=verb,
                size=size,
                drop=drop,
                times=times,
            )
        case _:
            return say("limit {verb} {size}{leverage}", verb=verb, size=size, leverage=leverage)


def _exit(one: Exit, side: Side) -> str:
    match one:
        case Stop():
            return say(
                "stop {level}{part}", level=_level(one.level, side), part=_part(one.share_percent)
            )
        case TakeProfit():
            return say(
                "take profit {level}{part}",
                level=_level(one.level, side),
                part=_part(one.share_percent),
            )
        case BreakEven():
            return say("break-even at {level}", level=_level(one.level, side))
        case TimeExit():
            return say(
                "exit after {span}{part}",
                span=span(one.after.total_seconds()),
                part=_part(one.share_percent),
            )
        case _:
            distance = (
                f"{figures.number(one.atr_times)} ATR"
                if one.atr_times is not None
                else figures.percent((one.percent or Decimal(0)) / _HUNDRED)
            )
            return say("trail {distance}{part}", distance=distance, part=_part(one.share_percent))


def _level(level: Level, side: Side) -> str:
    match level.unit:
        case LevelUnit.PERCENT:
            gain = level.value if side is Side.LONG else -level.value
            return say("at entry") if not gain else figures.signed_percent(gain / _HUNDRED)
        case LevelUnit.USD:
            return figures.usd(level.value)
        case LevelUnit.CAP_USD:
            return say("mc {usd}", usd=figures.usd(level.value))
        case LevelUnit.SOL:
            return f"{figures.number(level.value)} SOL"


def _part(share_percent: int) -> str:
    return "" if share_percent == int(_HUNDRED) else f" ({share_percent}%)"


def _market_cap(placed: NewResting, token: Token) -> str:
    wait = placed.wait
    if wait.gauge is not Gauge.PRICE_USD or wait.level is None or not token.supply:
        return ""
    cap = wait.level * Decimal(token.supply).scaleb(-token.decimals)
    return say(" (mc {usd})", usd=figures.usd(cap))


def _distance_kept(placed: NewResting) -> str:
    if placed.kind is not RestingKind.TRAILING:
        return ""
    if "trail_bps" in placed.details:
        return say(", {trail_percent} behind", trail_percent=_trail_percent(placed))
    times = placed.details.get("atr_times")
    return say(", {times} ATR behind", times=times) if times else ""


def _trail_percent(placed: NewResting) -> str:
    bps = placed.details.get("trail_bps")
    return figures.percent(Decimal(bps) / _BPS) if isinstance(bps, int) else "?"


def waits_until(placed: NewResting) -> str:
    """Say until when an order waits."""
    return say("until {time} UTC", time=figures.day_and_time(placed.expires_at))


def left(placed: NewResting, now: datetime) -> str:
    """Give how long an order still waits."""
    remaining: timedelta = placed.expires_at - now
    return span(remaining.total_seconds())
