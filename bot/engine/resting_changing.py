"""Other terms for an order that waits."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from bot.domain.errors import Refusal
from bot.domain.levels import Level, PriceBasis, resolve
from bot.domain.money import Rounding, portion
from bot.domain.positions import BPS, Position
from bot.domain.resting import NewResting, Resting, RestingAction, RestingKind, Wait
from bot.domain.resting_plans import NewTerms
from bot.engine.resting_placing import check_ahead, check_expiry, check_trail
from bot.engine.risk_gate import SMALLEST_ORDER_LAMPORTS
from bot.engine.trailing import trail_level

_WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeBasis:
    """What new terms are worked out from; `position` is that of an exit."""

    position: Position | None
    prices: PriceBasis
    at: datetime


def changed(order: Resting, terms: NewTerms, basis: ChangeBasis) -> NewResting:
    """Give an order on its new terms, checked like a new one.

    Raises `Refusal`: `unchangeable_order` where it has no such term, `level_reached`,
    `bad_level`, `bad_trail`, `expiry_too_long`, `shares_over_whole`, `too_small`.
    """
    placed = order.placed
    if terms.level is not None:
        placed = _at_level(placed, terms.level, basis)
    if terms.trail_percent is not None:
        placed = _trailing(placed, terms.trail_percent, basis)
    if terms.size_lamports is not None:
        placed = _sized(placed, terms.size_lamports)
    if terms.share_percent is not None:
        placed = _shared(placed, terms.share_percent, basis)
    if terms.slippage_bps is not None:
        placed = _within(placed, terms.slippage_bps)
    if terms.expires_in is not None:
        check_expiry(terms.expires_in)
        details = {name: kept for name, kept in placed.details.items() if name != "is_warned"}
        placed = replace(placed, expires_at=basis.at + terms.expires_in, details=details)
    return placed


def _at_level(placed: NewResting, level: Level, basis: ChangeBasis) -> NewResting:
    wait = placed.wait
    if wait.reach is None or placed.kind in {RestingKind.TRAILING, RestingKind.DIP}:
        raise Refusal("unchangeable_order", number=placed.number)
    marker = resolve(level, basis.prices)
    if placed.kind is not RestingKind.LIMIT:
        check_ahead(marker, wait.reach, basis.prices)
    details = {name: kept for name, kept in placed.details.items() if name != "moved_by"}
    wait = Wait(gauge=marker.gauge, reach=wait.reach, level=marker.value)
    return replace(placed, wait=wait, details=details)


def _trailing(placed: NewResting, percent: Decimal, basis: ChangeBasis) -> NewResting:
    if placed.kind is not RestingKind.TRAILING or placed.peak is None:
        raise Refusal("unchangeable_order", number=placed.number)
    check_trail(percent)
    details = {"trail_bps": int(percent * BPS / _WHOLE)}
    # A new distance counts from the price of now: the old peak could set it off at once.
    level = trail_level(placed.side, basis.prices.price, details)
    wait = replace(placed.wait, level=level)
    return replace(placed, peak=basis.prices.price, wait=wait, details=details)


def _sized(placed: NewResting, size_lamports: int) -> NewResting:
    if placed.action is not RestingAction.OPEN:
        raise Refusal("unchangeable_order", number=placed.number)
    if size_lamports < SMALLEST_ORDER_LAMPORTS:
        raise Refusal("too_small", minimum_lamports=SMALLEST_ORDER_LAMPORTS)
    return replace(placed, size_lamports=size_lamports)


def _shared(placed: NewResting, percent: int, basis: ChangeBasis) -> NewResting:
    position = basis.position
    if placed.action is not RestingAction.CLOSE or position is None:
        raise Refusal("unchangeable_order", number=placed.number)
    if not 1 <= percent <= _WHOLE:
        raise Refusal("shares_over_whole")
    if percent == _WHOLE:
        return replace(placed, token_units=None)
    units = portion(position.token_units, percent, _WHOLE, Rounding.DOWN)
    if units == 0:
        raise Refusal("nothing_to_close")
    return replace(placed, token_units=units)


def _within(placed: NewResting, slippage_bps: int) -> NewResting:
    if not 1 <= slippage_bps <= BPS:
        raise Refusal("bad_slippage")
    return replace(placed, slippage_bps=slippage_bps)
