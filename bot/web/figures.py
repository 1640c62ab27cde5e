"""Figures and words as the pages write them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from bot.domain.instruments import Token
from bot.domain.money import LAMPORTS_PER_SOL
from bot.domain.withdrawals import Withdrawal
from bot.words.audit_words import AUDIT_TITLES
from bot.words.speech import later, say

_BASIS_POINTS = 100
_NAMES: Mapping[str, str] = {
    "basic": later("basic"),
    "premium": later("premium"),
    "admin": later("admin"),
    "active": later("active"),
    "frozen": later("frozen"),
    "orders": later("Orders"),
    "fills": later("Fills"),
    "transfers": later("Transfers"),
    "all": later("all"),
    "month": later("a month"),
    "year": later("a year"),
}


def sol(lamports: int | None) -> str:
    """Give an amount in SOL, or that there is no limit."""
    if lamports is None:
        return say("no limit")
    return f"{(Decimal(lamports) / LAMPORTS_PER_SOL).normalize():f} SOL"


def share(basis_points: int | None) -> str:
    """Give a share of equity, or that there is no limit."""
    if basis_points is None:
        return say("no limit")
    return f"{(Decimal(basis_points) / _BASIS_POINTS).normalize():f} %"


def moment(at: datetime) -> str:
    """Give a moment to the minute, in UTC."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def second(at: datetime) -> str:
    """Give a moment to the second, in UTC."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def amount_of(withdrawal: Withdrawal, token: Token | None) -> str:
    """Give what is withdrawn in full, never rounded."""
    if token is None:
        return sol(withdrawal.amount)
    return f"{token.shown(withdrawal.amount).normalize():f} {token.symbol}"


def action_words(action: str) -> str:
    """Give what an entry of the log says; one of a version after this is shown by its name."""
    words = AUDIT_TITLES.get(action)
    return say(words) if words else action.replace(".", " ").replace("_", " ")


def name_of(value: str) -> str:
    """Give the word for a role, a status, a table or a span."""
    words = _NAMES.get(value)
    return say(words) if words else value
