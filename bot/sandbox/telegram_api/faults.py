"""Trouble on demand: slow, failing, hanging or flooded Bot API calls."""

import asyncio
import random
from dataclasses import dataclass

from bot.sandbox.telegram_api.errors import BotApiError, bad_request, too_many_requests
from bot.sandbox.telegram_api.signals import Signal
from bot.sandbox.telegram_api.wire import JsonObject, as_integer, as_list

_DESCRIPTIONS = {
    400: "Bad Request: sandbox fault",
    401: "Unauthorized",
    403: "Forbidden: sandbox fault",
    404: "Not Found",
    409: "Conflict: sandbox fault",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
_CODES = range(400, 600)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPlan:
    """Which trouble calls meet; ``methods`` None means every method.

    ``lose_reply`` lets a call take effect before it fails, as a broken line would.
    """

    latency_ms: int = 0
    fail_rate: float = 0.0
    fail_code: int = 500
    retry_after: int = 1
    hang: bool = False
    limits: bool = False
    lose_reply: bool = False
    methods: frozenset[str] | None = None

    def to_wire(self) -> JsonObject:
        """Render for the people's side."""
        return {
            "latency_ms": self.latency_ms,
            "fail_rate": self.fail_rate,
            "fail_code": self.fail_code,
            "retry_after": self.retry_after,
            "hang": self.hang,
            "limits": self.limits,
            "lose_reply": self.lose_reply,
            "methods": None if self.methods is None else sorted(self.methods),
        }


class Faults:
    """Holds the plan of the moment and lets each call feel it."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._changed = Signal()
        self.plan = FaultPlan()

    def change(self, body: JsonObject) -> None:
        """Replace the named parts of the plan; unnamed parts stay.

        Raises:
            BotApiError: 400 for a value of the wrong kind.
        """
        self.plan = _changed_plan(self.plan, body)
        self._changed.notify()

    async def delay(self, method: str) -> None:
        """Let a call wait as the plan says; a hanging call goes on when the plan changes."""
        if not self._touches(method):
            return
        if self.plan.latency_ms:
            await asyncio.sleep(self.plan.latency_ms / 1000)
        while self.plan.hang and self._touches(method):
            await self._changed.wait()

    def failure(self, method: str) -> BotApiError | None:
        """Draw whether this call fails, and how."""
        plan = self.plan
        if not self._touches(method) or self._chance.random() >= plan.fail_rate:
            return None
        if plan.fail_code == 429:  # noqa: PLR2004  Too Many Requests
            return too_many_requests(plan.retry_after)
        return BotApiError(plan.fail_code, _DESCRIPTIONS.get(plan.fail_code, "Sandbox fault"))

    def release(self) -> None:
        """Let hanging calls go on, since the server stops."""
        self.plan = FaultPlan()
        self._changed.notify()

    def _touches(self, method: str) -> bool:
        return self.plan.methods is None or method.lower() in self.plan.methods


def _changed_plan(plan: FaultPlan, body: JsonObject) -> FaultPlan:
    wanted = plan.to_wire() | body
    names = as_list(wanted["methods"])
    return FaultPlan(
        latency_ms=_count(wanted["latency_ms"], "latency_ms"),
        fail_rate=_rate(wanted["fail_rate"]),
        fail_code=_code(wanted["fail_code"]),
        retry_after=_count(wanted["retry_after"], "retry_after"),
        hang=wanted["hang"] is True,
        limits=wanted["limits"] is True,
        lose_reply=wanted["lose_reply"] is True,
        methods=None if names is None else frozenset(str(name).lower() for name in names),
    )


def _count(value: object, name: str) -> int:
    number = as_integer(value)
    if number is None or number < 0:
        raise bad_request(f"{name} must be a whole number from 0")
    return number


def _rate(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise bad_request("fail_rate must be a number from 0 to 1")
    return float(value)


def _code(value: object) -> int:
    number = as_integer(value)
    if number is None or number not in _CODES:
        raise bad_request("fail_code must be an HTTP error code")
    return number
