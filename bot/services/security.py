"""The security of accounts in one bundle: sessions of the web door, second factors, freezes."""

from dataclasses import dataclass

from bot.services.factors import Factors
from bot.services.freezes import Freezes
from bot.services.web_sessions import WebSessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """What the doors are handed of it."""

    sessions: WebSessions
    factors: Factors
    freezes: Freezes
