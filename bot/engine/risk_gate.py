"""The gate that every order passes, whoever sends it: limits by role, and common sense."""

from collections.abc import Callable
from decimal import Decimal

from bot.domain.errors import Refusal
from bot.domain.orders import CloseIntent, Fill, OpenIntent
from bot.domain.positions import Position, Side
from bot.domain.price_trust import Suspicion
from bot.domain.users import Permission
from bot.domain.values import value
from bot.ports.books import Desk

SMALLEST_ORDER_LAMPORTS = 1_000_000
_SECONDS_PER_SLOT = 0.4  # source: Solana SDK `DEFAULT_MS_PER_SLOT`
_HALVINGS, _TYPED_DIGITS = 20, 3


@value
class RiskSettings:
    """Limits that hold for everybody: `largest_impact` is a fraction, lag is in slots."""

    largest_impact: Decimal = Decimal("0.10")
    largest_lag_slots: int = 150
    longest_lag_seconds: float = 90.0
    longest_standstill_seconds: float = 600.0


@value
class ApprovedOpen:
    """An intent that the gate let through; only the gate makes one."""

    intent: OpenIntent
    adds_to: Position | None

    @property
    def notional_lamports(self) -> int:
        """Give the size in the market: what is spent, or the margin times its leverage."""
        return self.intent.size_lamports * self.intent.leverage


def approve_open(desk: Desk, intent: OpenIntent, symbol: str) -> ApprovedOpen:
    """Let an opening order through or raise the `Refusal` that says which limit it meets."""
    desk.user.require(Permission.TRADE_PAPER)
    _check_pace(desk)
    if intent.size_lamports < SMALLEST_ORDER_LAMPORTS:
        raise Refusal("too_small", minimum_lamports=SMALLEST_ORDER_LAMPORTS)
    _check_leverage(desk, intent)
    standing = next((p for p in desk.positions if p.token_id == intent.token_id), None)
    if standing is not None and standing.side is not intent.side:
        raise Refusal(
            "opposite_side", symbol=symbol, number=standing.number, side=standing.side.value
        )
    limit = desk.limits.open_positions
    if standing is None and limit is not None and len(desk.positions) >= limit:
        raise Refusal("too_many_positions", limit=limit, role=desk.user.role.value)
    approved = ApprovedOpen(intent=intent, adds_to=standing)
    _check_size(desk, approved)
    return approved


def approve_close(desk: Desk, intent: CloseIntent) -> Position:
    """Give the position to be closed; raises `Refusal` (`unknown_position`, `frozen`, ...).

    An exit that waited was allowed when it was placed: a freeze since then must not leave
    somebody without their stop.
    """
    if not intent.is_triggered:
        desk.user.require(Permission.TRADE_PAPER)
        _check_pace(desk)
    position = next((p for p in desk.positions if p.number == intent.number), None)
    if position is None:
        raise Refusal("unknown_position", number=intent.number)
    return position


def check_impact(
    fill: Fill, settings: RiskSettings, size_lamports: int, refill: Callable[[int], Fill]
) -> None:
    """Refuse an entry that would move the pool too far; exits are never held back by it.

    `refill` fills another size in the place of `size_lamports`; the refusal names about the
    largest that would pass, found by the pool's own arithmetic, or None for a tiny pool.
    """
    if fill.impact > settings.largest_impact:
        raise Refusal(
            "impact_too_high",
            impact=fill.impact,
            limit=settings.largest_impact,
            would_fit_lamports=_fitting_lamports(size_lamports, settings.largest_impact, refill),
        )


def _fitting_lamports(
    too_big: int, largest_impact: Decimal, refill: Callable[[int], Fill]
) -> int | None:
    fits = 0
    for _ in range(_HALVINGS):
        size = (fits + too_big) // 2
        try:
            is_fine = refill(size).impact <= largest_impact
        except Refusal:
            is_fine = False
        fits, too_big = (size, too_big) if is_fine else (fits, size)
    if fits < SMALLEST_ORDER_LAMPORTS:
        return None
    # Rounded down to what a person would type.
    step: int = 10 ** (len(str(fits)) - _TYPED_DIGITS)
    return fits // step * step


def check_standing(position: Position, buy_back_lamports: int) -> None:
    """Refuse a short that would be liquidated as soon as it stood."""
    if position.is_liquidatable(buy_back_lamports):
        raise Refusal("margin_too_thin", leverage=position.leverage)


def check_freshness(slot: int, best_slot: int, settings: RiskSettings, symbol: str) -> None:
    """Refuse a price read from a slot far behind the best one seen."""
    if best_slot - slot > settings.largest_lag_slots:
        raise Refusal("stale_price", symbol=symbol, lag_slots=best_slot - slot)


def check_lag(seconds: float, settings: RiskSettings, symbol: str) -> None:
    """Refuse while the chain's own time falls behind: nodes that lag together look well."""
    if seconds > settings.longest_lag_seconds:
        raise Refusal("stale_price", symbol=symbol, lag_slots=int(seconds / _SECONDS_PER_SLOT))


def check_standstill(seconds: float, settings: RiskSettings, symbol: str) -> None:
    """Refuse while no slot rises: nodes that all stand still agree with each other, wrongly."""
    if seconds > settings.longest_standstill_seconds:
        raise Refusal("stale_price", symbol=symbol, lag_slots=int(seconds / _SECONDS_PER_SLOT))


def check_believed(suspicion: Suspicion | None, symbol: str) -> None:
    """Refuse an entry at a price that others contradict; exits are never held back by it."""
    if suspicion is not None:
        raise Refusal(
            "price_disputed",
            symbol=symbol,
            one=suspicion.one,
            other=suspicion.other,
            gap=suspicion.gap,
        )


def check_cash(desk: Desk, needed_lamports: int) -> None:
    """Refuse what the wallet cannot pay, fees and rent included."""
    if needed_lamports > desk.wallet.cash_lamports:
        raise Refusal(
            "not_enough_cash",
            needed_lamports=needed_lamports,
            cash_lamports=desk.wallet.cash_lamports,
        )


def _check_pace(desk: Desk) -> None:
    limit = desk.limits.orders_per_minute
    if limit is not None and desk.orders_last_minute >= limit:
        raise Refusal("too_many_orders", limit=limit)


def _check_leverage(desk: Desk, intent: OpenIntent) -> None:
    if intent.side is Side.LONG and intent.leverage != 1:
        raise Refusal("long_leverage")
    if not 1 <= intent.leverage <= desk.limits.leverage:
        raise Refusal(
            "over_leverage",
            leverage=intent.leverage,
            limit=desk.limits.leverage,
            role=desk.user.role.value,
        )


def _check_size(desk: Desk, approved: ApprovedOpen) -> None:
    held = approved.adds_to.notional_lamports if approved.adds_to else 0
    limit = desk.limits.position_lamports
    if limit is not None and held + approved.notional_lamports > limit:
        raise Refusal(
            "over_position_limit",
            size_lamports=approved.notional_lamports,
            limit_lamports=limit,
            held_lamports=held,
            role=desk.user.role.value,
        )
