"""The words of limits and locks, for screens and refusals alike."""

from collections.abc import Mapping
from decimal import Decimal

from bot.domain.positions import BPS
from bot.domain.risk import LockRule, RiskLimit
from bot.telegram.screens import figures
from bot.words.speech import later, say

LOCKS: Mapping[LockRule, str] = {
    LockRule.STOP_GUARD: later("{count} stops within an hour"),
    LockRule.STOP_GUARD_TOKEN: later("{count} stops of it within an hour"),
    LockRule.DRAWDOWN_GUARD: later("closed trades lost too much within half a day"),
    LockRule.LOW_PROFIT: later("{count} trades of it lost too much within a day"),
    LockRule.AFTER_STOP: later("a stop was just reached"),
    LockRule.AFTER_CLOSE: later("the pause after a close that you set"),
}


def shown_limit(limit: RiskLimit, value: int | None) -> str:
    """Give a limit's value with its unit."""
    if value is None:
        return say("no limit")
    if limit.is_share:
        return figures.percent(Decimal(value) / BPS)
    return say("{minutes} min", minutes=value // 60) if limit is RiskLimit.COOLDOWN else str(value)
