"""The words of limits and locks, for screens and refusals alike."""

from collections.abc import Mapping
from decimal import Decimal

from bot.domain.positions import BPS
from bot.domain.risk import LockRule, RiskLimit
from bot.telegram.screens import figures

LOCKS: Mapping[LockRule, str] = {
    LockRule.STOP_GUARD: "{count} stops within an hour",
    LockRule.STOP_GUARD_TOKEN: "{count} stops of it within an hour",
    LockRule.DRAWDOWN_GUARD: "closed trades lost too much within half a day",
    LockRule.LOW_PROFIT: "{count} trades of it lost too much within a day",
    LockRule.AFTER_STOP: "a stop was just reached",
    LockRule.AFTER_CLOSE: "the pause after a close that you set",
}


def shown_limit(limit: RiskLimit, value: int | None) -> str:
    """Give a limit's value with its unit."""
    if value is None:
        return "no limit"
    if limit.is_share:
        return figures.percent(Decimal(value) / BPS)
    return f"{value // 60} min" if limit is RiskLimit.COOLDOWN else str(value)
