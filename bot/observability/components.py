"""Which log file a line goes to: one table, by the beginning of its logger's name."""

from collections.abc import Mapping
from functools import cache

REST = "kitrader"
_COMPONENTS: Mapping[str, tuple[str, ...]] = {
    "telegram": ("bot.telegram", "aiogram"),
    "web": ("bot.web", "uvicorn", "fastapi", "aiohttp"),
    "prices": (
        "bot.adapters.solana",
        "bot.adapters.price_sources",
        "bot.services.prices",
        "bot.services.refresh",
        "bot.services.ticks",
        "bot.services.suspicions",
        "bot.services.witnesses",
        "bot.services.safety",
        "bot.services.graduations",
        "bot.services.candles",
        "bot.services.charts",
    ),
    "trading": (
        "bot.engine",
        "bot.services.trading",
        "bot.services.resting",
        "bot.services.triggers",
        "bot.services.alert_",
        "bot.services.alerts",
        "bot.services.liquidations",
        "bot.services.margin_warnings",
        "bot.services.short_alarms",
        "bot.services.funding",
        "bot.services.breaker",
        "bot.services.stops",
        "bot.services.brackets",
        "bot.services.break_even",
        "bot.adapters.database.books",
    ),
    "live": (
        "bot.signer",
        "bot.adapters.venues",
        "bot.adapters.signing",
        "bot.adapters.vault",
        "bot.adapters.solana.chain_sending",
        "bot.adapters.solana.block_engine",
        "bot.adapters.solana.every_endpoint",
        "bot.adapters.solana.wallet_",
        "bot.services.live",
        "bot.services.landing",
        "bot.services.gate",
        "bot.services.deposits",
        "bot.services.withdrawal",
        "bot.services.movement",
        "bot.services.cleanups",
        "bot.services.wallet_",
        "bot.services.watched_wallets",
        "bot.services.key_checks",
    ),
    "database": ("bot.adapters.database", "alembic", "sqlalchemy", "asyncpg"),
    "jobs": ("bot.jobs", "apscheduler"),
}
COMPONENTS = (REST, *_COMPONENTS)
_BY_BEGINNING = sorted(
    ((beginning, name) for name, these in _COMPONENTS.items() for beginning in these),
    key=lambda each: -len(each[0]),
)


@cache
def component_of(logger: str) -> str:
    """Give the component that a logger speaks for: that of the longest beginning, or the rest."""
    return next((name for beginning, name in _BY_BEGINNING if logger.startswith(beginning)), REST)
