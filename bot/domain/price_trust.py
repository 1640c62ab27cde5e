"""Whether a price may be believed: pools held against each other, and a tick against the next.

Nothing here knows a token, a user or a clock: triggers of every kind ask the same questions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain.money import LAMPORTS_PER_SOL

_TENTH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustRules:
    """When prices contradict each other, and how long one must stand before it is acted on.

    `disagreement` and `source_disagreement` are fractions of the lower price. A pool with less
    than `voice_share` of the deepest one's depth is not asked; those who contradict it must
    hold `dissent_share` of all depth that is asked. Depths are in lamports, waits in slots.
    """

    disagreement: Decimal = Decimal("0.05")
    source_disagreement: Decimal = Decimal("0.25")
    voice_share: Decimal = Decimal("0.10")
    dissent_share: Decimal = Decimal("0.25")
    deep_lamports: int = 1_000 * LAMPORTS_PER_SOL
    readings_deep: int = 2
    readings_thin: int = 4
    readings_to_suspect: int = 2
    calm_seconds: float = 60.0

    def readings_to_fire(self, depth_lamports: int) -> int:
        """Give in how many readings a condition must hold before anything is done about it.

        A deep pool is dear to move, so it is believed sooner; one below a tenth of that last.
        """
        if depth_lamports >= self.deep_lamports:
            return self.readings_deep
        if depth_lamports < self.deep_lamports // _TENTH:
            return max(self.readings_thin, self.readings_deep)
        return max(-(-(self.readings_deep + self.readings_thin) // 2), self.readings_deep)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one pool or source says a token is worth, and how much stands behind it."""

    name: str
    price: Decimal
    depth_lamports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """Two opinions that contradict each other; `gap` is a fraction of the lower price."""

    one: Opinion
    other: Opinion
    gap: Decimal


class SuspicionCause(StrEnum):
    """Who contradicts whom."""

    POOLS = "pools"
    SOURCES = "sources"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """A token whose price is not believed now: `gap` between two named opinions, and since when."""

    token_id: int
    cause: SuspicionCause
    one: str
    other: str
    gap: Decimal
    began_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """In how many readings, each of a newer slot than the one before, something has held."""

    since_slot: int
    last_slot: int
    readings: int

    @classmethod
    def of(cls, before: "Streak | None", slot: int) -> "Streak":
        """Give the streak with one more reading; a slot seen before, or an older one, adds none."""
        if before is None:
            return cls(since_slot=slot, last_slot=slot, readings=1)
        if slot <= before.last_slot:
            return before
        return cls(since_slot=before.since_slot, last_slot=slot, readings=before.readings + 1)


def gap_between(one: Decimal, other: Decimal) -> Decimal:
    """Give how far two prices are apart, as a fraction of the lower; both are above zero."""
    lower, higher = min(one, other), max(one, other)
    return higher / lower - 1


def find_dispute(opinions: Sequence[Opinion], rules: TrustRules) -> Dispute | None:
    """Tell whether enough depth contradicts the deepest opinion; None where it may be believed.

    Dust has no voice, so it can block nobody; yet the deepest is not believed where pools of
    some weight beside it say otherwise.
    """
    heard = [opinion for opinion in opinions if opinion.price > 0]
    if len(heard) < 2:  # noqa: PLR2004 (it takes two to disagree)
        return None
    best = max(heard, key=lambda opinion: (opinion.depth_lamports, opinion.name))
    least = best.depth_lamports * rules.voice_share
    voices = [opinion for opinion in heard if opinion.depth_lamports >= least]
    against = [
        opinion for opinion in voices if gap_between(best.price, opinion.price) > rules.disagreement
    ]
    weight = sum(opinion.depth_lamports for opinion in against)
    total = sum(opinion.depth_lamports for opinion in voices)
    if not against or weight < total * rules.dissent_share:
        return None
    other = max(against, key=lambda opinion: (opinion.depth_lamports, opinion.name))
    return Dispute(one=best, other=other, gap=gap_between(best.price, other.price))


def contradicts(chain: Opinion, sources: Sequence[Opinion], rules: TrustRules) -> Dispute | None:
    """Tell whether more sources contradict the chain's price than bear it out.

    A source that knows of less depth than has a voice is not asked; with `source_disagreement`
    of zero none is.
    """
    if not rules.source_disagreement or chain.price <= 0:
        return None
    least = chain.depth_lamports * rules.voice_share
    heard = [each for each in sources if each.price > 0 and each.depth_lamports >= least]
    against = [
        each for each in heard if gap_between(chain.price, each.price) > rules.source_disagreement
    ]
    if 2 * len(against) <= len(heard):
        return None
    other = max(against, key=lambda opinion: (opinion.depth_lamports, opinion.name))
    return Dispute(one=chain, other=other, gap=gap_between(chain.price, other.price))
