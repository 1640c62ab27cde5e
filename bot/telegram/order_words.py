"""Reads orders as typed after their command: what to enter, at which level, with which exits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

from bot.domain.candles import Interval
from bot.domain.errors import Refusal
from bot.domain.levels import Level
from bot.domain.money import percent_from_text
from bot.domain.positions import Side
from bot.domain.resting import NewResting, RestingAction, RestingKind
from bot.domain.resting_plans import (
    ENTRY_EXPIRY,
    ENTRY_SLIPPAGE_BPS,
    LONGEST_EXPIRY,
    BreakEven,
    DipPlan,
    Entry,
    EntryPlan,
    Exit,
    ExitPlan,
    RestingPlan,
    SchedulePlan,
    Size,
    SizeUnit,
    Stop,
    TakeProfit,
    TimeExit,
)
from bot.domain.values import value
from bot.telegram.order_cursor import Spoken, spoken_words, unknown_word
from bot.telegram.order_figures import (
    ATR_INTERVALS,
    LONGEST_ECHO,
    is_times,
    read_drop,
    read_duration,
    read_percent,
    read_size,
    read_times,
    read_trail,
    split_share,
)
from bot.words.speech import later

_SIDES: Mapping[str, Side] = {"buy": Side.LONG, "long": Side.LONG, "short": Side.SHORT}
_SELL = "sell"
_SLIPPAGE = frozenset({"slip", "slippage"})
_BPS = 100
_Read = TypeVar("_Read")


@value
class SpokenEntry:
    """A market entry as typed, of a token still to be named; None where presets decide."""

    side: Side
    size: Size
    leverage: int
    exits: tuple[Exit, ...]
    slippage_bps: int | None = None
    expires_in: timedelta | None = None

    def of(self, token_id: int, slippage_bps: int = ENTRY_SLIPPAGE_BPS) -> Entry:
        """Give the entry into a token."""
        return Entry(
            token_id=token_id,
            side=self.side,
            size=self.size,
            leverage=self.leverage,
            exits=self.exits,
            slippage_bps=self.slippage_bps or slippage_bps,
        )


@value
class SpokenSale:
    """A sale that waits: this share of whatever is held of the token, at a level."""

    share_percent: int
    level: Level
    expires_in: timedelta | None


def read_open(words: Sequence[str], side: Side) -> SpokenEntry:
    """Read what follows `/open TOKEN SIDE`; raises `Refusal`."""
    spoken = spoken_words(words)
    sized = _size(spoken, side)
    if spoken.next and spoken.next not in _AFTER_SIZE and spoken.place == 1:
        _leverage(spoken.next)
    typed = _entry(spoken, side, *sized)
    if typed.expires_in is not None:
        # A market order waits for nothing.
        raise unknown_word("for")
    return typed


def read_limit(words: Sequence[str], token_id: int) -> EntryPlan | SpokenSale:
    """Read `buy|sell|short SIZE at LEVEL [exits] [for 3d]`; raises `Refusal`."""
    spoken = spoken_words(words)
    if spoken.skip(_SELL):
        return _sale(spoken)
    side = _side(spoken.take(later("The side (buy, sell or short)")))
    return _entry_plan(spoken, token_id, side, is_breakout=False)


def read_breakout(words: Sequence[str], token_id: int) -> EntryPlan:
    """Read `[buy|short] SIZE at LEVEL [exits] [for 3d]`; raises `Refusal`."""
    spoken = spoken_words(words)
    side = _side(spoken.take(later("The side"))) if spoken.next in _SIDES else Side.LONG
    return _entry_plan(spoken, token_id, side, is_breakout=True)


def read_oco(words: Sequence[str], token_id: int) -> EntryPlan:
    """Read `SIZE buy LEVEL or breakout LEVEL [exits] [for 3d]`; raises `Refusal`."""
    spoken = spoken_words(words)
    sized = _size(spoken, Side.LONG)
    spoken.expect(later("The word buy and its level"), "buy", "limit")
    low = spoken.level(later("The level after buy"))[0].of_price(is_below=True)
    spoken.expect(later("The word or"), "or")
    spoken.expect(later("The word breakout and its level"), "breakout")
    high = spoken.level(later("The level after breakout"))[0].of_price(is_below=False)
    typed = _entry(spoken, Side.LONG, *sized)
    expires_in = typed.expires_in or ENTRY_EXPIRY
    entry = typed.of(token_id)
    other = EntryPlan(entry=entry, level=high, is_breakout=True, expires_in=expires_in)
    return EntryPlan(entry=entry, level=low, other=other, expires_in=expires_in)


def read_schedule(words: Sequence[str], token_id: int) -> SchedulePlan:
    """Read `SIZE every 4h x10 [exits]`; raises `Refusal`."""
    spoken = spoken_words(words)
    sized = _size(spoken, Side.LONG)
    spoken.expect(later("How often (every 4h)"), "every")
    every = read_duration(spoken.take(later("How often (every 4h)")))
    times = read_times(spoken.take(later("How many times (x10)")))
    typed = _entry(spoken, Side.LONG, *sized)
    return SchedulePlan(
        entry=typed.of(token_id),
        every=every,
        times=times,
        expires_in=typed.expires_in or LONGEST_EXPIRY,
    )


def read_dips(words: Sequence[str], token_id: int) -> DipPlan:
    """Read `SIZE drop 5% x3 [exits]`; raises `Refusal`."""
    spoken = spoken_words(words)
    sized = _size(spoken, Side.LONG)
    spoken.expect(later("How far it must fall (drop 5%)"), "drop", "drops", "dip")
    drop = read_drop(spoken.take(later("How far it must fall (drop 5%)")))
    times = read_times(spoken.take(later("How many times (x3)")))
    typed = _entry(spoken, Side.LONG, *sized)
    return DipPlan(
        entry=typed.of(token_id),
        drop_percent=drop,
        times=times,
        expires_in=typed.expires_in or LONGEST_EXPIRY,
    )


def read_stop(words: Sequence[str], side: Side) -> tuple[Exit, ...]:
    """Read the level of a stop, `-8%`, `be`, `0.015` or `0.015:50%`; raises `Refusal`."""
    return _whole(words, lambda spoken: _stop(spoken, side))


def read_profits(words: Sequence[str], side: Side) -> tuple[Exit, ...]:
    """Read the steps of a ladder, `20%:50% 50%:50%`; raises `Refusal`."""
    spoken = spoken_words(words)
    steps = [_profit(spoken, side)]
    while spoken.next:
        spoken.skip("tp")
        steps.append(_profit(spoken, side))
    return tuple(steps)


def read_trailing(words: Sequence[str], side: Side) -> tuple[Exit, ...]:
    """Read a trailing stop, `10%` or `2atr 15m`; raises `Refusal`."""
    return _whole(words, lambda spoken: _trail(spoken, side))


def read_break_even(words: Sequence[str], side: Side) -> tuple[Exit, ...]:
    """Read at which level the stop goes to the entry price, `+10%`; raises `Refusal`."""
    return _whole(words, lambda spoken: _break_even(spoken, side))


def read_time_exit(words: Sequence[str], side: Side) -> tuple[Exit, ...]:
    """Read after how long to leave, and with how much: `4h` or `4h 50%`; raises `Refusal`."""
    return _whole(words, lambda spoken: _time_exit(spoken, side))


def within(plan: RestingPlan, words: Sequence[str], slippage_bps: int) -> RestingPlan:
    """Give an entry the person's own slippage, unless the words name one; exits keep theirs."""
    if isinstance(plan, ExitPlan) or _SLIPPAGE & {word.casefold() for word in words}:
        return plan
    entry = replace(plan.entry, slippage_bps=slippage_bps)
    if isinstance(plan, EntryPlan) and plan.other is not None:
        return replace(plan, entry=entry, other=replace(plan.other, entry=entry))
    return replace(plan, entry=entry)


def read_new_level(words: Sequence[str], placed: NewResting) -> Level:
    """Read the level that an order shall wait for from now on; raises `Refusal`."""
    ((level, _),) = _whole(words, lambda spoken: spoken.level(later("The level")))
    if placed.action is RestingAction.OPEN:
        is_below = (placed.side is Side.LONG) is (placed.kind is not RestingKind.STOP)
        return level.of_price(is_below=is_below)
    is_stop = placed.kind is RestingKind.STOP
    return level.losing(placed.side) if is_stop else level.winning(placed.side)


def _whole(words: Sequence[str], read: Callable[[Spoken], _Read]) -> tuple[_Read, ...]:
    spoken = spoken_words(words)
    found = read(spoken)
    spoken.finish()
    return (found,)


def _entry_plan(spoken: Spoken, token_id: int, side: Side, *, is_breakout: bool) -> EntryPlan:
    sized = _size(spoken, side)
    spoken.skip("at", "@")
    is_below = (side is Side.LONG) is not is_breakout
    level = spoken.level(later("The level (at 0.02)"))[0].of_price(is_below=is_below)
    typed = _entry(spoken, side, *sized)
    return EntryPlan(
        entry=typed.of(token_id),
        level=level,
        is_breakout=is_breakout,
        expires_in=typed.expires_in or ENTRY_EXPIRY,
    )


def _sale(spoken: Spoken) -> SpokenSale:
    share = percent_from_text(spoken.take(later("How much to sell (50%)")))
    spoken.skip("at", "@")
    level = spoken.level(later("The level (at +30%)"))[0].winning(Side.LONG)
    expires_in = None
    if spoken.skip("for"):
        expires_in = read_duration(spoken.take(later("How long it waits (for 3d)")))
    spoken.finish()
    return SpokenSale(share_percent=share, level=level, expires_in=expires_in)


def _size(spoken: Spoken, side: Side) -> tuple[Size, tuple[Exit, ...]]:
    """Take a size; one by risk comes with its stop."""
    if not spoken.skip("risk"):
        size = read_size(spoken.take(later("The size in SOL")))
        spoken.skip("sol")
        return size, ()
    risked = read_percent(spoken.take(later("How much to risk (risk 1%)")))
    spoken.expect(later("The stop (stop 8%)"), "stop", "sl")
    return Size(unit=SizeUnit.RISK_PERCENT, value=risked), (_stop(spoken, side),)


def _entry(spoken: Spoken, side: Side, size: Size, first: tuple[Exit, ...]) -> SpokenEntry:
    """Take everything that may follow an entry's size and level, in any order."""
    exits: list[Exit] = list(first)
    leverage, slippage_bps, expires_in = 1, None, None
    while spoken.next:
        if is_times(spoken.next):
            leverage = _leverage(spoken.take(later("The leverage")))
        elif spoken.skip("for"):
            expires_in = read_duration(spoken.take(later("How long it waits (for 3d)")))
        elif spoken.skip(*_SLIPPAGE):
            slippage_bps = _slippage(spoken.take(later("The slippage (slip 3%)")))
        else:
            exits.extend(_exits(spoken, side))
    return SpokenEntry(
        side=side,
        size=size,
        leverage=leverage,
        exits=tuple(exits),
        slippage_bps=slippage_bps,
        expires_in=expires_in,
    )


def _exits(spoken: Spoken, side: Side) -> list[Exit]:
    """Take one exit, or all steps of a ladder."""
    word = spoken.take(later("An exit"))
    reader = _EXITS.get(word.casefold())
    if reader is None:
        raise unknown_word(word)
    found = [reader(spoken, side)]
    while isinstance(found[0], TakeProfit) and spoken.next[:1] in set("0123456789+$"):
        if not spoken.next or is_times(spoken.next):
            break
        found.append(_profit(spoken, side))
    return found


def _stop(spoken: Spoken, side: Side) -> Exit:
    level, share = spoken.level(later("The level of the stop (sl -8%)"))
    return Stop(level=level.losing(side), share_percent=share)


def _profit(spoken: Spoken, side: Side) -> Exit:
    level, share = spoken.level(later("The level to take profit at (tp +30%)"))
    return TakeProfit(level=level.winning(side), share_percent=share)


def _trail(spoken: Spoken, _side: Side) -> Exit:
    distance, share = split_share(spoken.take(later("The distance (trail 10%)")))
    interval = ATR_INTERVALS.get(spoken.next)
    if interval is not None:
        spoken.take(later("The candles"))
    return read_trail(distance, share, interval or Interval.HOUR)


def _break_even(spoken: Spoken, side: Side) -> Exit:
    return BreakEven(level=spoken.level(later("The level (breakeven +10%)"))[0].winning(side))


def _time_exit(spoken: Spoken, _side: Side) -> Exit:
    spoken.skip("in", "after")
    head, share = split_share(spoken.take(later("How long until then (exit 4h)")))
    if spoken.next.endswith("%"):
        share = percent_from_text(spoken.take(later("The share")))
    return TimeExit(after=read_duration(head), share_percent=share)


def _slippage(text: str) -> int:
    try:
        return int(Decimal(read_percent(text)) * _BPS)
    except Refusal as refusal:
        raise Refusal("bad_slippage") from refusal


def _leverage(word: str) -> int:
    try:
        return read_times(word)
    except Refusal as refusal:
        raise Refusal("bad_leverage", text=word[:LONGEST_ECHO]) from refusal


def _side(word: str) -> Side:
    side = _SIDES.get(word.casefold())
    if side is None:
        raise Refusal("bad_order_side", text=word[:LONGEST_ECHO])
    return side


_EXITS: Mapping[str, Callable[[Spoken, Side], Exit]] = {
    "sl": _stop,
    "stop": _stop,
    "tp": _profit,
    "target": _profit,
    "trail": _trail,
    "trailing": _trail,
    "be": _break_even,
    "breakeven": _break_even,
    "exit": _time_exit,
    "exitin": _time_exit,
}
_AFTER_SIZE = frozenset({*_EXITS, *_SLIPPAGE, "for"})
