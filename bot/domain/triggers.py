"""What waits for a figure to reach a level, and how that is told when it happens."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum, StrEnum


class Gauge(StrEnum):
    """Which of a token's figures a level is held against.

    Prices are per whole token; `LIQUIDITY_SOL` is the depth of its pools in SOL and
    `VOLUME_USD` what sources say was traded in a day. A market cap is a `PRICE_USD` level times
    the supply.
    """

    PRICE_SOL = "price_sol"
    PRICE_USD = "price_usd"
    LIQUIDITY_SOL = "liquidity_sol"
    VOLUME_USD = "volume_usd"


class Reach(StrEnum):
    """From which side a level is reached: at or above it, at or below it."""

    ABOVE = "above"
    BELOW = "below"

    @property
    def opposite(self) -> "Reach":
        """Give the other side."""
        return Reach.BELOW if self is Reach.ABOVE else Reach.ABOVE

    def is_met(self, value: Decimal, level: Decimal) -> bool:
        """Tell whether a figure has reached a level; reaching it exactly counts."""
        return value >= level if self is Reach.ABOVE else value <= level


class Owner(IntEnum):
    """Who is told of a crossing; part of a trigger's key."""

    ALERT = 0
    ORDER = 1
    SHORT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """One level armed for its owner; `number` is the owner's own id of it, unique among theirs.

    `generation` counts how often it was armed anew: a claim that names an older one is void.
    """

    owner: Owner
    number: int
    token_id: int
    gauge: Gauge
    reach: Reach
    level: Decimal
    generation: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A trigger whose level was reached, and stood in enough readings to be believed.

    `value` is the figure in the last of those readings and `first_value` in the first;
    `source_at` is the time of the first one's block where it is known, `seen_at` when that
    reading came, `confirmed_at` when the last one did.
    """

    trigger: Trigger
    value: Decimal
    first_value: Decimal
    slot: int
    source_at: datetime | None
    seen_at: datetime
    confirmed_at: datetime
