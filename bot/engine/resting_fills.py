"""What the fill of a resting order must satisfy, and what it does to other orders."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.domain.candles import Interval
from bot.domain.errors import Refusal
from bot.domain.exit_spelling import read_exits
from bot.domain.instruments import Token
from bot.domain.levels import PriceBasis
from bot.domain.orders import CloseIntent, Fill, FillReason, OpenIntent, TriggerNote
from bot.domain.positions import BPS, Side
from bot.domain.resting import (
    NewResting,
    OrderEffects,
    Resting,
    RestingAction,
    RestingClaim,
    RestingKind,
    Wait,
)
from bot.domain.resting_plans import Exit
from bot.domain.triggers import Gauge
from bot.engine.resting_placing import ExitBasis, exit_orders
from bot.ports.books import Settlement

_REASONS = {
    RestingKind.LIMIT: FillReason.LIMIT,
    RestingKind.STOP: FillReason.STOP,
    RestingKind.TAKE_PROFIT: FillReason.TAKE_PROFIT,
    RestingKind.TRAILING: FillReason.TRAILING,
    RestingKind.BREAK_EVEN: FillReason.BREAK_EVEN,
    RestingKind.TIME: FillReason.TIME,
    RestingKind.DCA: FillReason.DCA,
    RestingKind.DIP: FillReason.DCA,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How a resting order's time was seen to have come; prices are SOL per token.

    `source_at` is the block's time where it is known. `triggered_at` is when it was seen first,
    `seen_at` when this attempt's price came. `is_while_away` says that the level was crossed
    while nobody looked.
    """

    price: Decimal
    source_at: datetime | None
    seen_at: datetime
    triggered_at: datetime
    is_while_away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FillBasis:
    """What the effects of a fill are worked out from, beside the fill itself.

    `price` is that of the token now, in SOL.
    """

    token: Token
    price: Decimal
    sol_usd: Decimal | None
    ranges: Mapping[Interval, Decimal]
    at: datetime


def open_intent(order: Resting) -> OpenIntent:
    """Give what an entry asks of the engine."""
    placed = order.placed
    assert placed.size_lamports is not None, "an entry has a size"  # noqa: S101
    return OpenIntent(
        token_id=placed.token_id,
        side=placed.side,
        size_lamports=placed.size_lamports,
        leverage=placed.leverage,
    )


def close_intent(order: Resting) -> CloseIntent:
    """Give what an exit asks of the engine: its units, or all that is left."""
    number = order.placed.position_number
    assert number is not None, "an exit has a position"  # noqa: S101
    return CloseIntent(number=number, units=order.placed.token_units, is_triggered=True)


def completed(settlement: Settlement, order: Resting, seen: Seen, basis: FillBasis) -> Settlement:
    """Make a decided fill that of a resting order, or raise the `Refusal` that holds it back.

    `limit_not_met` and `slippage_too_high` leave the order waiting. The hash is that of the
    order's generation: asked again with other figures it is still the same request.
    """
    _check_price(settlement.receipt.fill, order, seen, basis.sol_usd)
    key = f"rest|{order.order_id}|{order.generation}"
    hashed = hashlib.sha256(key.encode()).hexdigest()[:32]
    return replace(claiming(settlement, order, seen, basis), request_hash=hashed)


def claiming(settlement: Settlement, order: Resting, seen: Seen, basis: FillBasis) -> Settlement:
    """Make a fill that of a resting order, at whatever price it came about."""
    return replace(
        settlement,
        receipt=replace(settlement.receipt, trigger=_note(order, seen, basis.sol_usd)),
        reason=reason_of(order),
        claim=RestingClaim(order_id=order.order_id, generation=order.generation),
        effects=_effects(settlement, order, basis),
    )


def reason_of(order: Resting) -> FillReason:
    """Give why a fill of this order comes about; a stop that was moved to the entry says so."""
    if order.placed.details.get("moved_by") == "break_even":
        return FillReason.BREAK_EVEN
    return _REASONS[order.placed.kind]


def bracket(settlement: Settlement, exits: Sequence[Exit], basis: FillBasis) -> Settlement:
    """Add the orders of an entry's exits to its fill."""
    placed = _placed(settlement, exits, basis)
    return replace(settlement, effects=OrderEffects(place=placed)) if placed else settlement


def level_price(order: Resting, sol_usd: Decimal | None) -> Decimal | None:
    """Give an order's level in SOL per token; None without one, or while dollars are unknown."""
    wait = order.placed.wait
    if wait.level is None or wait.gauge is Gauge.PRICE_SOL:
        return wait.level
    return wait.level / sol_usd if sol_usd else None


def worse_by(fill: Fill, price: Decimal) -> Decimal:
    """Give how much worse than a price a fill is, as a fraction of the price."""
    if not price:
        return Decimal(0)
    change = fill.fill_price / price - 1
    return change if fill.bought else -change


def _check_price(fill: Fill, order: Resting, seen: Seen, sol_usd: Decimal | None) -> None:
    if order.placed.kind is RestingKind.LIMIT:
        limit = level_price(order, sol_usd)
        if limit is None:
            raise Refusal("no_dollars")
        if worse_by(fill, limit) > 0:
            raise Refusal("limit_not_met", limit=limit, price=fill.fill_price)
        return
    slippage = worse_by(fill, seen.price)
    limit = Decimal(order.placed.slippage_bps) / BPS
    if slippage > limit:
        raise Refusal("slippage_too_high", slippage=slippage, limit=limit)


def _note(order: Resting, seen: Seen, sol_usd: Decimal | None) -> TriggerNote:
    placed = order.placed
    return TriggerNote(
        number=placed.number,
        kind=placed.kind,
        gauge=placed.wait.gauge,
        level=placed.wait.level,
        level_price=level_price(order, sol_usd),
        seen_price=seen.price,
        triggered_at=seen.triggered_at,
        attempts=order.attempts,
        is_while_away=seen.is_while_away,
    )


def _effects(settlement: Settlement, order: Resting, basis: FillBasis) -> OrderEffects:
    placed = order.placed
    is_entry = placed.action is RestingAction.OPEN
    # A repeated buy places its exits once: those for all that is left cover the later ones too.
    exits = placed.details.get("exits") if is_entry and order.filled_order is None else None
    return OrderEffects(
        next_wait=_next_wait(settlement, order, basis.at),
        cancel_group=placed.group_number,
        place=_placed(settlement, read_exits(exits), basis),
    )


def _next_wait(settlement: Settlement, order: Resting, at: datetime) -> Wait | None:
    placed, fill = order.placed, settlement.receipt.fill
    if _is_for_all(placed) and settlement.position.token_units:
        # Something was bought while its sale was under way: it goes on guarding that.
        return placed.wait
    if placed.times_left <= 1:
        return None
    wait = placed.wait
    if placed.kind is RestingKind.DIP:
        drop = Decimal(str(placed.details["dip_bps"])) / BPS
        return Wait(gauge=wait.gauge, reach=wait.reach, level=fill.fill_price * (1 - drop))
    if placed.kind is RestingKind.DCA and wait.due_at is not None:
        every = timedelta(seconds=int(str(placed.details["interval_seconds"])))
        # Times that passed while the bot was down are not made up for all at once.
        passed = max((at - wait.due_at) // every, 0)
        return Wait(due_at=wait.due_at + every * (passed + 1))
    return None


def _is_for_all(placed: NewResting) -> bool:
    is_exit = placed.action is RestingAction.CLOSE and placed.side is Side.LONG
    return is_exit and placed.token_units is None and placed.kind is not RestingKind.TIME


def _placed(
    settlement: Settlement, wanted: Sequence[Exit], basis: FillBasis
) -> tuple[NewResting, ...]:
    if not wanted:
        return ()
    prices = PriceBasis(
        token=basis.token,
        reference=settlement.position.entry_price,
        price=basis.price,
        sol_usd=basis.sol_usd,
    )
    placing = ExitBasis(
        position=settlement.position,
        prices=prices,
        at=basis.at,
        ranges=basis.ranges,
        is_checked=False,
    )
    return exit_orders(wanted, placing, settlement.receipt.order_number + 1)
