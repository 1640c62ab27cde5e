"""What the public door is made of: services, its address, and its limits."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request

from bot.ports.clock import Clock
from bot.services.audit import Audit
from bot.services.exports import Exports
from bot.services.live import Live
from bot.services.security import Security
from bot.services.withdrawals import Withdrawals
from bot.web.rates import Rates

SECURE_COOKIE, PLAIN_COOKIE = "__Host-kitrader", "kitrader"
Receive = Callable[[list[dict[str, Any]]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where one bot is pushed its updates, with a secret of its own."""

    path: str
    secret: str
    receive: Receive


@dataclass(frozen=True, slots=True, kw_only=True)
class WebDoor:
    """Everything the routes are handed; `per_minute` are the requests of one address or person.

    The webhook exists only where there is somebody to receive and a secret to compare, and there
    are no withdrawals where the operator has not turned real money on.
    """

    security: Security
    exports: Exports
    audit: Audit
    public_url: str
    clock: Clock
    withdrawals: Withdrawals | None = None
    live: Live | None = None
    receive: Receive | None = None
    webhook_secret: str = ""
    webhook_path: str = ""
    more_hooks: tuple[Hook, ...] = ()
    per_minute: int = 120
    logins_per_minute: int = 10
    addresses: Rates = field(init=False)
    people: Rates = field(init=False)
    logins: Rates = field(init=False)

    def __post_init__(self) -> None:
        """Make the counters."""
        for name, most in (
            ("addresses", self.per_minute),
            ("people", self.per_minute),
            ("logins", self.logins_per_minute),
        ):
            object.__setattr__(self, name, Rates(per_minute=most, clock=self.clock))

    @property
    def is_secure(self) -> bool:
        """Tell whether people come over https."""
        return self.public_url.startswith("https://")

    @property
    def cookie(self) -> str:
        """Give the name of the session's cookie; browsers take the first kind over https only."""
        return SECURE_COOKIE if self.is_secure else PLAIN_COOKIE


def door_of(request: Request) -> WebDoor:
    """Give the door that a request came in by."""
    door: WebDoor = request.app.state.door
    return door
