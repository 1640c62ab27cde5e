"""What paper takes for the way of an order to the chain: its delay, and how often it fails."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

FEWEST_LANDINGS = 20
"""From fewer attempts nothing is learned: what the settings say holds."""
SHORTEST_SECONDS, LONGEST_SECONDS = 0.4, 10.0
"""A slot, and what nobody would call a market any more."""
MOST_FAILURES = Decimal("0.5")
MOST_TRIES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Landings:
    """How live attempts went: seconds from decision to landing, and how many came to nothing."""

    seconds: tuple[float, ...] = ()
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingModel:
    """How long a fill on paper takes to land, and which share of the tries fails on the way.

    `orders` is from how many live attempts it was measured; 0 where it is what the settings say.
    """

    delay_seconds: float
    failure_share: Decimal = Decimal(0)
    orders: int = 0

    def total_seconds(self, chance: float) -> float:
        """Give the delay of one fill, a failed try costing a delay more; `chance` from 0 to 1.

        After the last try that is modelled it lands: paper has no order that is never heard of.
        """
        tries, share = 1, float(self.failure_share)
        left = chance
        while left < share and tries < MOST_TRIES:
            # What is left of the chance is as even as it was, within the part that failed.
            left /= share
            tries += 1
        return self.delay_seconds * tries


def measured(landings: Landings, otherwise: LandingModel) -> LandingModel:
    """Give the model that live attempts tell, within bounds; the other one where they are few.

    The delay is the middle one: a few that hung for a minute say nothing of the next.
    """
    orders = len(landings.seconds) + landings.failures
    if orders < FEWEST_LANDINGS or not landings.seconds:
        return otherwise
    share = Decimal(landings.failures) / orders
    return LandingModel(
        delay_seconds=min(max(_middle(landings.seconds), SHORTEST_SECONDS), LONGEST_SECONDS),
        failure_share=min(share, MOST_FAILURES),
        orders=orders,
    )


def _middle(seconds: Sequence[float]) -> float:
    ranked, half = sorted(seconds), len(seconds) // 2
    return ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2
