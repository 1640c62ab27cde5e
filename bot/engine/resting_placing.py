"""From what a person asks for to the orders that will wait for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from bot.domain.candles import Interval
from bot.domain.errors import Refusal
from bot.domain.exit_spelling import spell_exits
from bot.domain.levels import Level, Marker, PriceBasis, better_reach, resolve, worse_reach
from bot.domain.money import Rounding, portion
from bot.domain.positions import Position, Side
from bot.domain.resting import NewResting, RestingAction, RestingKind, Wait
from bot.domain.resting_plans import (
    EXIT_EXPIRY,
    EXIT_SLIPPAGE_BPS,
    LONGEST_EXPIRY,
    BreakEven,
    DipPlan,
    Entry,
    EntryPlan,
    Exit,
    SchedulePlan,
    Stop,
    TakeProfit,
    TimeExit,
    Trailing,
)
from bot.domain.triggers import Gauge, Reach
from bot.engine.resting_sizes import Means, size_lamports
from bot.engine.risk_gate import SMALLEST_ORDER_LAMPORTS
from bot.engine.trailing import trail_level

_WHOLE = 100
_LEAST_TRAIL, _MOST_TRAIL = Decimal("0.1"), Decimal(90)
_LEAST_DIP, _MOST_DIP = Decimal("0.1"), Decimal(90)
_SHORTEST_INTERVAL, _LONGEST_INTERVAL = timedelta(minutes=1), timedelta(days=30)
_MOST_TIMES = 1000
_MOST_EXITS = 12
_BPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitBasis:
    """What exits are placed on: their position, prices, candles' ranges, and when.

    `ranges` are average true ranges in SOL by interval, where one was asked for. A plan made
    by a person `is_checked`: a level that is reached already is refused. Exits that come with a
    fill are placed all the same, and then fire at once.
    """

    position: Position
    prices: PriceBasis
    at: datetime
    ranges: Mapping[Interval, Decimal]
    slippage_bps: int = EXIT_SLIPPAGE_BPS
    expires_in: timedelta = EXIT_EXPIRY
    is_checked: bool = True


def exit_orders(
    exits: Sequence[Exit], basis: ExitBasis, first_number: int
) -> tuple[NewResting, ...]:
    """Make the orders of a position's exits, numbered on from `first_number`.

    Raises `Refusal`: `shares_over_whole`, `level_reached`, `bad_level`, `bad_trail`, `no_range`,
    `bad_schedule`, `expiry_too_long`, `too_many_exits`.
    """
    check_exits(exits, basis.expires_in)
    units = _ladder_units(exits, basis.position)
    return tuple(
        _exit(one, share, basis, number)
        for one, share, number in zip(exits, units, count(first_number), strict=False)
    )


def check_exits(exits: Sequence[Exit], expires_in: timedelta) -> None:
    """Refuse exits that contradict themselves, before anything is bought for them."""
    check_expiry(expires_in)
    if len(exits) > _MOST_EXITS:
        raise Refusal("too_many_exits", limit=_MOST_EXITS)
    shares = [one.share_percent for one in exits if isinstance(one, TakeProfit)]
    singles = [one.share_percent for one in exits if not isinstance(one, TakeProfit | BreakEven)]
    if sum(shares) > _WHOLE or any(not 1 <= share <= _WHOLE for share in (*shares, *singles)):
        raise Refusal("shares_over_whole")
    for one in exits:
        if isinstance(one, Trailing):
            _check_trailing(one)
        if isinstance(one, TimeExit) and not _SHORTEST_INTERVAL <= one.after < LONGEST_EXPIRY:
            raise Refusal("bad_schedule")


def check_expiry(expires_in: timedelta) -> None:
    """Refuse an order that would wait for longer than any may."""
    if not timedelta(0) < expires_in <= LONGEST_EXPIRY:
        raise Refusal("expiry_too_long", limit=LONGEST_EXPIRY.days)


def entry_orders(
    plan: EntryPlan, means: Means, prices: PriceBasis, at: datetime, first_number: int
) -> tuple[NewResting, ...]:
    """Make the order of an entry that waits, or the two of which one cancels the other.

    Raises `Refusal` as `exit_orders`, `size_lamports` and `resolve` do.
    """
    plans = [plan] if plan.other is None else [plan, plan.other]
    group = first_number if plan.other is not None else None
    return tuple(
        replace(_entry(one, means, prices, at), number=first_number + place, group_number=group)
        for place, one in enumerate(plans)
    )


def schedule_order(
    plan: SchedulePlan, means: Means, prices: PriceBasis, at: datetime, number: int
) -> NewResting:
    """Make the order that buys at intervals; raises `Refusal` (`bad_schedule`, ...)."""
    check_expiry(plan.expires_in)
    _check_times(plan.times)
    if not _SHORTEST_INTERVAL <= plan.every <= _LONGEST_INTERVAL:
        raise Refusal("bad_schedule")
    if plan.every * plan.times > plan.expires_in:
        raise Refusal("expiry_too_long", limit=LONGEST_EXPIRY.days)
    here = Marker(gauge=Gauge.PRICE_SOL, value=prices.price)
    size = size_lamports(plan.entry, means, here, prices)
    wait = Wait(due_at=at + plan.every)
    order = _opening(plan.entry, RestingKind.DCA, wait, size, at + plan.expires_in)
    return replace(
        order,
        number=number,
        times_left=plan.times,
        details={**order.details, "interval_seconds": int(plan.every.total_seconds())},
    )


def dip_order(
    plan: DipPlan, means: Means, prices: PriceBasis, at: datetime, number: int
) -> NewResting:
    """Make the order that buys each further dip; raises `Refusal` (`bad_schedule`, ...)."""
    check_expiry(plan.expires_in)
    _check_times(plan.times)
    if not _LEAST_DIP <= plan.drop_percent <= _MOST_DIP:
        raise Refusal("bad_schedule")
    level = prices.price * (1 - plan.drop_percent / _WHOLE)
    wait = Wait(gauge=Gauge.PRICE_SOL, reach=Reach.BELOW, level=level)
    here = Marker(gauge=Gauge.PRICE_SOL, value=level)
    size = size_lamports(plan.entry, means, here, prices)
    order = _opening(plan.entry, RestingKind.DIP, wait, size, at + plan.expires_in)
    return replace(
        order,
        number=number,
        times_left=plan.times,
        details={**order.details, "dip_bps": int(plan.drop_percent * _BPS)},
    )


def stop_at_entry(stop_number: int, basis: ExitBasis) -> NewResting:
    """Make the stop that a break-even move places where the position had none."""
    order = _order(
        basis, stop_number, RestingKind.STOP,
        Wait(
            gauge=Gauge.PRICE_SOL,
            reach=worse_reach(basis.position.side),
            level=basis.position.entry_price,
        ),
    )  # fmt: skip
    return replace(order, details={"moved_by": "break_even"})


def _check_times(times: int) -> None:
    if not 1 <= times <= _MOST_TIMES:
        raise Refusal("bad_schedule")


def check_trail(percent: Decimal) -> None:
    """Refuse a distance that would act at once, or never."""
    if not _LEAST_TRAIL <= percent <= _MOST_TRAIL:
        raise Refusal("bad_trail")


def check_ranges(exits: Sequence[Exit], ranges: Mapping[Interval, Decimal], symbol: str) -> None:
    """Refuse a trail by the ATR of a token whose candles are too few to tell it."""
    for one in exits:
        if not isinstance(one, Trailing) or one.atr_times is None:
            continue
        if not ranges.get(one.atr_interval):
            raise Refusal("no_range", symbol=symbol)


def _check_trailing(one: Trailing) -> None:
    if (one.percent is None) == (one.atr_times is None):
        raise Refusal("bad_trail")
    if one.percent is not None:
        check_trail(one.percent)
    elif one.atr_times is not None and not 0 < one.atr_times <= _WHOLE:
        raise Refusal("bad_trail")


def _ladder_units(exits: Sequence[Exit], position: Position) -> list[int | None]:
    """Give the units of each exit: None for all that is left, exact shares for a ladder.

    The steps of a ladder that shares out the whole add up to it, so that no dust stays.
    """
    steps = [one for one in exits if isinstance(one, TakeProfit)]
    is_whole = len(steps) > 1 and sum(one.share_percent for one in steps) == _WHOLE
    given = 0
    found: list[int | None] = []
    for one in exits:
        units = _share(one, position)
        if isinstance(one, TakeProfit) and units is not None:
            steps = steps[1:]
            units = position.token_units - given if is_whole and not steps else units
            given += units
        found.append(units)
    return found


def _share(one: Exit, position: Position) -> int | None:
    if isinstance(one, BreakEven) or one.share_percent == _WHOLE:
        return None
    units = portion(position.token_units, one.share_percent, _WHOLE, Rounding.DOWN)
    if units == 0:
        raise Refusal("nothing_to_close")
    return units


def _exit(one: Exit, units: int | None, basis: ExitBasis, number: int) -> NewResting:
    side = basis.position.side
    match one:
        case Stop():
            wait = _wait(one.level, worse_reach(side), basis)
            return replace(_order(basis, number, RestingKind.STOP, wait), token_units=units)
        case TakeProfit():
            wait = _wait(one.level, better_reach(side), basis)
            return replace(_order(basis, number, RestingKind.TAKE_PROFIT, wait), token_units=units)
        case BreakEven():
            wait = _wait(one.level, better_reach(side), basis)
            order = _order(basis, number, RestingKind.BREAK_EVEN, wait)
            return replace(order, action=RestingAction.PROTECT)
        case TimeExit():
            due_at = basis.at + one.after
            order = _order(basis, number, RestingKind.TIME, Wait(due_at=due_at))
            until = max(order.expires_at, due_at + timedelta(days=1))
            return replace(order, token_units=units, expires_at=until)
        case Trailing():
            return replace(_trailing(one, basis, number), token_units=units)


def _trailing(one: Trailing, basis: ExitBasis, number: int) -> NewResting:
    details = _trail_details(one, basis)
    peak, side = basis.prices.price, basis.position.side
    level = trail_level(side, peak, details)
    wait = Wait(gauge=Gauge.PRICE_SOL, reach=worse_reach(side), level=level)
    return replace(_order(basis, number, RestingKind.TRAILING, wait), peak=peak, details=details)


def _trail_details(one: Trailing, basis: ExitBasis) -> dict[str, object]:
    if one.percent is not None:
        return {"trail_bps": int(one.percent * _BPS)}
    reach = basis.ranges.get(one.atr_interval)
    if reach is None or not reach or one.atr_times is None:
        raise Refusal("no_range", symbol=basis.prices.token.symbol)
    distance = round(reach * one.atr_times, 18)
    if distance <= 0 or distance >= basis.prices.price:
        raise Refusal("bad_trail")
    return {"trail_distance": f"{distance:f}", "atr_times": f"{one.atr_times:f}"}


def _wait(level: Level, reach: Reach, basis: ExitBasis) -> Wait:
    marker = resolve(level, basis.prices)
    if basis.is_checked:
        check_ahead(marker, reach, basis.prices)
    return Wait(gauge=marker.gauge, reach=reach, level=marker.value)


def check_ahead(marker: Marker, reach: Reach, prices: PriceBasis) -> None:
    """Refuse a level that is reached already: it would act at once."""
    now = prices.figure(marker.gauge)
    if reach.is_met(now, marker.value):
        raise Refusal(
            "level_reached", level=marker.value, now=now, gauge=marker.gauge.value,
            symbol=prices.token.symbol,
        )  # fmt: skip


def _order(basis: ExitBasis, number: int, kind: RestingKind, wait: Wait) -> NewResting:
    position = basis.position
    return NewResting(
        number=number,
        kind=kind,
        action=RestingAction.CLOSE,
        side=position.side,
        token_id=position.token_id,
        wait=wait,
        expires_at=basis.at + basis.expires_in,
        slippage_bps=basis.slippage_bps,
        position_number=position.number,
    )


def _entry(plan: EntryPlan, means: Means, prices: PriceBasis, at: datetime) -> NewResting:
    check_expiry(plan.expires_in)
    marker = resolve(plan.level, prices)
    is_above = (plan.entry.side is Side.LONG) is plan.is_breakout
    reach = Reach.ABOVE if is_above else Reach.BELOW
    if plan.is_breakout:
        check_ahead(marker, reach, prices)
    kind = RestingKind.STOP if plan.is_breakout else RestingKind.LIMIT
    wait = Wait(gauge=marker.gauge, reach=reach, level=marker.value)
    size = size_lamports(plan.entry, means, marker, prices)
    return _opening(plan.entry, kind, wait, size, at + plan.expires_in)


def _opening(
    entry: Entry, kind: RestingKind, wait: Wait, size: int, expires_at: datetime
) -> NewResting:
    check_exits(entry.exits, EXIT_EXPIRY)
    if size < SMALLEST_ORDER_LAMPORTS:
        raise Refusal("too_small", minimum_lamports=SMALLEST_ORDER_LAMPORTS)
    return NewResting(
        number=0,
        kind=kind,
        action=RestingAction.OPEN,
        side=entry.side,
        token_id=entry.token_id,
        wait=wait,
        expires_at=expires_at,
        slippage_bps=entry.slippage_bps,
        size_lamports=size,
        leverage=entry.leverage,
        details={"exits": spell_exits(entry.exits)} if entry.exits else {},
    )
