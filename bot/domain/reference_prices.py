"""A price that an oracle published, and when it may be relied on."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

OLDEST_SECONDS = 60  # the sponsored feeds publish at least that often
WIDEST_CONFIDENCE = Decimal("0.01")


class OracleKind(StrEnum):
    """The forms in which Pyth keeps a price on chain."""

    PYTH_PRICE_UPDATE_V2 = "pyth_price_update_v2"
    PYTH_LEGACY_PUSH = "pyth_legacy_push"


class OracleStatus(StrEnum):
    """Whether the publishers say that the price is one."""

    TRADING = "trading"
    HALTED = "halted"
    AUCTION = "auction"
    IGNORED = "ignored"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePrice:
    """One price as published, in dollars per whole token, with half the width it may be off by.

    `feed` is the feed's id in hexadecimal; the accounts from before the ids have none.
    `published_at_seconds` (Unix) is 0 where the account does not say. `is_verified` says that
    the whole quorum of signatures was checked on chain.
    """

    kind: OracleKind
    feed: str | None
    price: Decimal
    confidence: Decimal
    exponent: int
    published_at_seconds: int
    slot: int
    status: OracleStatus
    is_verified: bool = True

    def doubts(self, now_seconds: int | None = None) -> tuple[str, ...]:
        """Say what speaks against relying on it; its age only where the time is given."""
        age = None if now_seconds is None else now_seconds - self.published_at_seconds
        is_wide = self.price <= 0 or self.confidence > self.price * WIDEST_CONFIDENCE
        found = {
            "only partly verified": not self.is_verified,
            f"status {self.status.value}": self.status is not OracleStatus.TRADING,
            "not a positive price": self.price <= 0,
            "uncertain by more than 1 %": self.price > 0 and is_wide,
            "older than a minute": age is not None and age > OLDEST_SECONDS,
        }
        return tuple(doubt for doubt, is_so in found.items() if is_so)
