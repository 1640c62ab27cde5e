"""Wires the security of accounts, and finds the key that second factors are kept under."""

import functools
import secrets
from datetime import timedelta

import structlog

from bot.adapters.database.accounts import PostgresAccounts
from bot.adapters.database.factors import PostgresFactors
from bot.adapters.database.freezes import PostgresFreezes
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.web_sessions import PostgresSessions
from bot.bootstrap.master_key import master_key
from bot.bootstrap.outside import Outside
from bot.bootstrap.settings import Settings
from bot.ports.factors import FactorVault
from bot.services.access import Access
from bot.services.factors import Factors, OpenVault
from bot.services.freezes import Freezes
from bot.services.security import Security
from bot.services.security_notices import SecurityNotices
from bot.services.web_sessions import WebSessions

_TOKEN_BYTES = 32
_log = structlog.get_logger(__name__)


def wire_security(
    settings: Settings,
    outside: Outside,
    access: Access,
    on_outbox: OnOutbox,
    notices: SecurityNotices,
) -> Security:
    """Build sessions, factors and freezes; raises `Unavailable` for a key that cannot be used."""
    pool, clock = outside.pool, outside.clock
    sessions = WebSessions(
        book=PostgresSessions(pool, on_outbox=on_outbox),
        accounts=PostgresAccounts(pool),
        notices=notices,
        draw=lambda: secrets.token_urlsafe(_TOKEN_BYTES),
        clock=clock,
    )
    factors = Factors(
        book=PostgresFactors(pool, on_outbox=on_outbox),
        open_vault=_opener(settings),
        sessions=sessions,
        notices=notices,
        clock=clock,
    )
    freezes = Freezes(
        book=PostgresFreezes(pool, on_outbox=on_outbox),
        factors=factors,
        access=access,
        notices=notices,
        clock=clock,
        delay=timedelta(hours=settings.unfreeze_hours),
    )
    return Security(sessions=sessions, factors=factors, freezes=freezes)


def _opener(settings: Settings) -> OpenVault | None:
    key = master_key(settings, may_make=True)
    if key is None:
        reason = "no MASTER_KEY_FILE, credential master_key or MASTER_KEY"
        _log.warning("second_factors_off", reason=reason)
        return None
    return functools.cache(lambda: _opened(key))


def _opened(key: bytes) -> FactorVault:
    # What it stands on takes long to import, and most starts never need it.
    from bot.adapters.vault.factor_vault import SealedFactorVault  # noqa: PLC0415

    return SealedFactorVault(key)
