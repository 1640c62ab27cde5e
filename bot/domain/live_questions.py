"""When the owner of a live order that waits is asked before anything is done, and what."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Why(StrEnum):
    """Why nothing is done in silence."""

    GAP = "gap"  # the level was jumped while nobody looked
    LATE = "late"  # its moment passed long ago
    FAILED = "failed"  # it was tried, and came to nothing each time


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRestingRules:
    """When the owner of a live order is asked; percent, seconds, and failures in a row.

    Prices that nobody read for `still_seconds` stood still. A moment that passed more than
    `late_seconds` ago is not made up for in silence.
    """

    gap_percent: Decimal = Decimal(5)
    still_seconds: float = 60.0
    late_seconds: float = 600.0
    most_failures: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the owner of a live order is asked; `gap` is how far the level was jumped, a fraction.

    `price` is SOL per token when it was seen.
    """

    why: Why
    price: Decimal
    gap: Decimal | None = None

    def spelt(self) -> dict[str, object]:
        """Spell it in plain JSON values."""
        gap = None if self.gap is None else f"{self.gap:f}"
        return {"why": self.why.value, "price": f"{self.price:f}", "gap": gap}

    @classmethod
    def read(cls, kept: Mapping[str, object]) -> "Question | None":
        """Read it back; None where nothing is asked."""
        if "why" not in kept:
            return None
        gap = kept.get("gap")
        return cls(
            why=Why(str(kept["why"])),
            price=Decimal(str(kept["price"])),
            gap=None if gap is None else Decimal(str(gap)),
        )
