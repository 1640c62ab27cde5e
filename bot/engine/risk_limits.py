"""The limits that look at a whole wallet: stops, locks, losses, concentration and heat.

They hold back entries only; exits pass whatever these say.
"""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from bot.domain.errors import Refusal
from bot.domain.orders import OpenIntent
from bot.domain.positions import BPS
from bot.domain.risk import StopRule, TradingStop
from bot.engine.exposure import Exposure, Surroundings, exposure_at_worst, exposure_of
from bot.engine.risk_gate import SMALLEST_ORDER_LAMPORTS
from bot.ports.books import Desk

_TYPED_DIGITS = 3


def check_entry_allowed(
    desk: Desk, intent: OpenIntent, around: Surroundings, at: datetime, symbol: str
) -> None:
    """Let an entry through or raise the `Refusal` that names rule, figure, limit and way out."""
    check_not_stopped(around.stop(desk.user.user_id, intent.token_id), symbol)
    _check_locks(desk, intent, at, symbol)
    if not desk.limits.risk.asks_for_worth or _clears_at_worst(desk, at):
        return
    exposure = exposure_of(desk, around)
    _check_day(desk, exposure, at)
    _check_drawdown(desk, exposure)
    _check_concentration(desk, intent, exposure, symbol)
    _check_heat(desk, intent, exposure)


def check_not_stopped(stop: TradingStop | None, symbol: str) -> None:
    """Refuse an entry while an emergency stop stands.

    Raises `Refusal`: `stopped_person`, `halted_person` (by an admin), `stopped_token` or
    `stopped_all`.
    """
    if stop is None:
        return
    given = {"since": stop.began_at, "reason": stop.reason or None, "symbol": symbol}
    if stop.rule is StopRule.ADMIN:
        raise Refusal("halted_person", **given)
    if stop.user_id:
        raise Refusal("stopped_person", **given)
    if stop.token_id is not None:
        raise Refusal("stopped_token", **given)
    raise Refusal("stopped_all", **given)


def _check_locks(desk: Desk, intent: OpenIntent, at: datetime, symbol: str) -> None:
    standing = [lock for lock in desk.locks if lock.holds(intent.token_id, at)]
    if not standing:
        return
    lock = max(standing, key=lambda one: one.until)
    raise Refusal(
        "entries_locked",
        rule=lock.rule.value,
        count=lock.count,
        number=lock.lock_id,
        symbol=symbol if lock.token_id is not None else None,
        until=lock.until,
    )


def daily_loss_lamports(desk: Desk, exposure: Exposure, at: datetime) -> int:
    """Give what was lost since the day began (UTC), realised and not; 0 before it was marked."""
    wallet = desk.wallet
    if wallet.day_lamports is None or wallet.day_on != at.astimezone(UTC).date():
        return 0
    return max(0, wallet.day_lamports - exposure.equity_lamports)


def peak_lamports(desk: Desk, exposure: Exposure) -> int:
    """Give the season's highest equity, which is the grant at least."""
    wallet = desk.wallet
    return max(wallet.peak_lamports or 0, wallet.grant_lamports, exposure.equity_lamports)


def _clears_at_worst(desk: Desk, at: datetime) -> bool:
    """Tell whether an entry passes whatever the positions are worth, which spares weighing them."""
    if desk.limits.risk.asks_for_stakes:
        return False
    worst = exposure_at_worst(desk)
    return not (_is_day_lost(desk, worst, at) or _is_drawn_down(desk, worst))


def _is_day_lost(desk: Desk, exposure: Exposure, at: datetime) -> bool:
    limit, began = desk.limits.risk.daily_loss_bps, desk.wallet.day_lamports
    if limit is None or not began:
        return False
    loss = daily_loss_lamports(desk, exposure, at)
    return loss > 0 and loss * BPS >= limit * began


def _check_day(desk: Desk, exposure: Exposure, at: datetime) -> None:
    limit = desk.limits.risk.daily_loss_bps
    if limit is not None and _is_day_lost(desk, exposure, at):
        loss = daily_loss_lamports(desk, exposure, at)
        tomorrow = datetime.combine(at.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
        raise Refusal(
            "daily_loss_reached", loss_lamports=loss, limit_share=_share(limit), until=tomorrow
        )


def _is_drawn_down(desk: Desk, exposure: Exposure) -> bool:
    limit = desk.limits.risk.drawdown_bps
    if limit is None:
        return False
    peak = peak_lamports(desk, exposure)
    loss = peak - exposure.equity_lamports
    return loss > 0 and loss * BPS >= limit * peak


def _check_drawdown(desk: Desk, exposure: Exposure) -> None:
    limit = desk.limits.risk.drawdown_bps
    if limit is not None and _is_drawn_down(desk, exposure):
        peak = peak_lamports(desk, exposure)
        raise Refusal(
            "drawdown_reached",
            share=Decimal(peak - exposure.equity_lamports) / peak,
            limit_share=_share(limit),
            peak_lamports=peak,
        )


def _check_concentration(desk: Desk, intent: OpenIntent, exposure: Exposure, symbol: str) -> None:
    risk = desk.limits.risk
    if risk.concentration_bps is None:
        return
    held, equity = exposure.staked_lamports(intent.token_id), exposure.equity_lamports
    room = max(equity * risk.concentration_bps // BPS, risk.free_lamports) - held
    if intent.size_lamports > room:
        raise Refusal(
            "over_concentration",
            symbol=symbol,
            share=_share_of(held + intent.size_lamports, equity),
            limit_share=_share(risk.concentration_bps),
            would_fit_lamports=_typed(room),
        )


def _check_heat(desk: Desk, intent: OpenIntent, exposure: Exposure) -> None:
    # A new order has no stop yet, so all of it is heat; one set at once lowers it at once.
    risk, equity = desk.limits.risk, exposure.equity_lamports
    in_token = exposure.heat_of(intent.token_id)
    if risk.position_heat_bps is not None:
        room = max(equity * risk.position_heat_bps // BPS, risk.free_lamports) - in_token
        if intent.size_lamports > room:
            raise Refusal(
                "over_position_heat",
                share=_share_of(in_token + intent.size_lamports, equity),
                limit_share=_share(risk.position_heat_bps),
                would_fit_lamports=_typed(room),
            )
    if risk.portfolio_heat_bps is not None:
        heat = exposure.heat_lamports
        room = max(equity * risk.portfolio_heat_bps // BPS, risk.free_lamports) - heat
        if intent.size_lamports > room:
            raise Refusal(
                "over_portfolio_heat",
                share=_share_of(heat + intent.size_lamports, equity),
                limit_share=_share(risk.portfolio_heat_bps),
                would_fit_lamports=_typed(room),
            )


def _share(bps: int) -> Decimal:
    return Decimal(bps) / BPS


def _share_of(part: int, whole: int) -> Decimal:
    return Decimal(part) / whole if whole > 0 else Decimal(1)


def _typed(room_lamports: int) -> int | None:
    """Round down to what a person would type; None where nothing fits."""
    if room_lamports < SMALLEST_ORDER_LAMPORTS:
        return None
    step: int = 10 ** max(0, len(str(room_lamports)) - _TYPED_DIGITS)
    return room_lamports // step * step
