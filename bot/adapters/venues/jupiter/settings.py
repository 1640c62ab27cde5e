"""What the operator may set about Jupiter, and what each of its plans allows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

NAME = "Jupiter"
_WINDOW_SECONDS = 60


class JupiterPlan(StrEnum):
    """What was bought there; keyless needs no key."""

    KEYLESS = "keyless"
    FREE = "free"
    DEVELOPER = "developer"
    LAUNCH = "launch"
    PRO = "pro"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLimits:
    """Requests a second, on average over any minute; `/execute` counts by itself."""

    requests: float
    executions: float


# Source: developers.jup.ag, "API rate limits", August 2026. What `/execute` allows to the two
# smallest plans is not told there: theirs is a guess on the safe side.
PLAN_LIMITS: Mapping[JupiterPlan, PlanLimits] = {
    JupiterPlan.KEYLESS: PlanLimits(requests=0.5, executions=2.0),
    JupiterPlan.FREE: PlanLimits(requests=1.0, executions=2.0),
    JupiterPlan.DEVELOPER: PlanLimits(requests=10.0, executions=20.0),
    JupiterPlan.LAUNCH: PlanLimits(requests=50.0, executions=50.0),
    JupiterPlan.PRO: PlanLimits(requests=150.0, executions=100.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JupiterSettings:
    """Where Jupiter is, and how it is asked; times in seconds.

    `excluded_routers` are not asked: jupiterz has a market maker pay the fee and sign last, so
    that the signature is not known before the transaction is out, and nobody but Jupiter can send
    it. `execute_seconds` is for how long the same bytes are handed in again before the outcome is
    called unknown.
    """

    base_url: str
    api_key: str = field(default="", repr=False)
    plan: JupiterPlan = JupiterPlan.KEYLESS
    excluded_routers: tuple[str, ...] = ("jupiterz",)
    timeout_seconds: float = 5.0
    longest_wait_seconds: float = 5.0
    execute_seconds: float = 30.0
    post_again_seconds: float = 1.0
    largest_body_bytes: int = 1024 * 1024

    @property
    def limits(self) -> PlanLimits:
        """Give what the plan allows."""
        return PLAN_LIMITS[self.plan]


def steady_rate(per_second: float, burst: int) -> float:
    """Give the refill of a bucket with which no minute sees more than the plan allows.

    The plan counts over a sliding minute, in which the whole burst may come on top.
    """
    return max(per_second * _WINDOW_SECONDS - burst, 1.0) / _WINDOW_SECONDS
