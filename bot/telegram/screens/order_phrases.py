"""Orders that wait, in words: what each does, where it waits, and the exits of a position."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from bot.domain.exit_spelling import read_exits
from bot.domain.instruments import Token
from bot.domain.levels import Level, LevelUnit
from bot.domain.positions import Position, Side
from bot.domain.resting import NewResting, RestingAction, RestingKind
from bot.domain.resting_plans import BreakEven, Exit, Stop, TakeProfit, TimeExit, Trailing
from bot.domain.triggers import Gauge
from bot.telegram.screens import figures
from bot.telegram.screens.triggered import kind_name, level_text
from bot.words.speech import later, say, say_count

_HUNDRED = Decimal(100)
_WHOLE_PERCENT = 100
_BPS = Decimal(10_000)
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_ARMED: Mapping[RestingKind, str] = {
    RestingKind.STOP: later("stop {where}"),
    RestingKind.TAKE_PROFIT: later("take profit {where}"),
    RestingKind.TRAILING: later("trail {where}"),
    RestingKind.BREAK_EVEN: later("break-even {where}"),
    RestingKind.TIME: later("exit {where}"),
}
_ENTRIES: Mapping[tuple[RestingKind, Side], str] = {
    (RestingKind.LIMIT, Side.LONG): later("limit buy {size}"),
    (RestingKind.LIMIT, Side.SHORT): later("limit short {size}"),
    (RestingKind.STOP, Side.LONG): later("breakout buy {size}"),
    (RestingKind.STOP, Side.SHORT): later("breakout short {size}"),
    (RestingKind.DCA, Side.LONG): later("buy {size} every {every}"),
    (RestingKind.DCA, Side.SHORT): later("short {size} every {every}"),
    (RestingKind.DIP, Side.LONG): later("buy {size} each {drop} down"),
    (RestingKind.DIP, Side.SHORT): later("short {size} each {drop} down"),
}
_EXITS: Mapping[type[Exit], str] = {
    Stop: later("stop {where}"),
    TakeProfit: later("take profit {where}"),
    BreakEven: later("break-even at {where}"),
    TimeExit: later("exit after {where}"),
    Trailing: later("trail {where}"),
}
_EXITS_IN_PART: Mapping[type[Exit], str] = {
    Stop: later("stop {where} ({share}%)"),
    TakeProfit: later("take profit {where} ({share}%)"),
    TimeExit: later("exit after {where} ({share}%)"),
    Trailing: later("trail {where} ({share}%)"),
}


def told(placed: NewResting, token: Token, now: datetime) -> str:
    """Say what an order does and where it waits: `limit buy 5 SOL at 0.02 SOL`."""
    order, level = deed(placed, token), _level_of(placed, token)
    if placed.times_left > 1 or not (level or placed.wait.due_at):
        return joined(order, place_of(placed, token, now))
    if level:
        said = say("{order} at {level}", order=order, level=level)
        return joined(said, _distance_kept(placed))
    return say("{order} in {span}", order=order, span=_span_of(placed, now))


def joined(*clauses: str) -> str:
    """Put clauses side by side that each stand alone, so that no language has to bend them."""
    return " · ".join(clause for clause in clauses if clause)


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
    is_one, level = placed.times_left <= 1, _level_of(placed, token)
    if level:
        template = later("at {level}") if is_one else later("next at {level}")
        return joined(say(template, level=level), _distance_kept(placed))
    if placed.wait.due_at is None:
        return ""
    template = later("in {span}") if is_one else later("next in {span}")
    return say(template, span=_span_of(placed, now))


def _level_of(placed: NewResting, token: Token) -> str:
    wait = placed.wait
    if wait.gauge is None or wait.level is None:
        return ""
    return _with_market_cap(placed, token, level_text(token, wait.gauge, wait.level))


def _span_of(placed: NewResting, now: datetime) -> str:
    due_at = placed.wait.due_at or now
    return span((due_at - now).total_seconds())


def exits_that_come(placed: NewResting) -> str:
    """Say which exits an entry brings along."""
    exits = read_exits(placed.details.get("exits"))
    return exit_words(exits, placed.side) if exits else ""


def exit_words(exits: Sequence[Exit], side: Side) -> str:
    """Say exits as they were asked for: `stop −8%, take profit +30% (50%)`."""  # noqa: RUF002 (as it is shown)
    return ", ".join(_exit(one, side) for one in exits)


def armed(placed: NewResting, token: Token, position: Position) -> str:
    """Say an exit in two words, by the gain at its level where that is a price in SOL."""
    where = _armed_at(placed, token, position)
    if not where:
        return kind_name(placed.kind)
    if placed.kind not in _ARMED:
        return joined(kind_name(placed.kind), where)
    return say(_ARMED[placed.kind], where=where)


def _armed_at(placed: NewResting, token: Token, position: Position) -> str:
    wait = placed.wait
    if placed.kind is RestingKind.TRAILING and "trail_bps" in placed.details:
        return _trail_percent(placed)
    if wait.gauge is Gauge.PRICE_SOL and wait.level is not None and position.entry_price:
        change = wait.level / position.entry_price - 1
        return figures.signed_percent(change if position.side is Side.LONG else -change)
    if wait.gauge is not None and wait.level is not None:
        return level_text(token, wait.gauge, wait.level)
    return "" if wait.due_at is None else figures.day_and_time(wait.due_at)


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
    seconds, bps = placed.details.get("interval_seconds"), placed.details.get("dip_bps")
    kind = placed.kind if (placed.kind, Side.LONG) in _ENTRIES else RestingKind.LIMIT
    once = say(
        _ENTRIES[kind, placed.side],
        size=f"{size} x{placed.leverage}" if placed.leverage > 1 else size,
        every=span(float(seconds)) if isinstance(seconds, int) else "?",
        drop=figures.percent(Decimal(bps) / _BPS) if isinstance(bps, int) else "?",
    )
    often = placed.times_left
    return once if often <= 1 else joined(once, say_count("{count} time", "{count} times", often))


def _exit(one: Exit, side: Side) -> str:
    where, share = _where(one, side), getattr(one, "share_percent", _WHOLE_PERCENT)
    if share == _WHOLE_PERCENT:
        return say(_EXITS[type(one)], where=where)
    return say(_EXITS_IN_PART[type(one)], where=where, share=share)


def _where(one: Exit, side: Side) -> str:
    match one:
        case Stop() | TakeProfit() | BreakEven():
            return _level(one.level, side)
        case TimeExit():
            return span(one.after.total_seconds())
        case _:
            if one.atr_times is not None:
                return f"{figures.number(one.atr_times)} ATR"
            return figures.percent((one.percent or Decimal(0)) / _HUNDRED)


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


def _with_market_cap(placed: NewResting, token: Token, level: str) -> str:
    wait = placed.wait
    if wait.gauge is not Gauge.PRICE_USD or wait.level is None or not token.supply:
        return level
    cap = wait.level * Decimal(token.supply).scaleb(-token.decimals)
    return say("{level} (mc {usd})", level=level, usd=figures.usd(cap))


def _distance_kept(placed: NewResting) -> str:
    if placed.kind is not RestingKind.TRAILING:
        return ""
    if "trail_bps" in placed.details:
        return say("{distance} behind", distance=_trail_percent(placed))
    times = placed.details.get("atr_times")
    return say("{distance} behind", distance=f"{times} ATR") if times else ""


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
