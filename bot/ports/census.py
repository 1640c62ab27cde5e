"""Counts of what the database holds, of everybody together, for a monitoring system."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.domain.values import value


@value
class Tally:
    """How many there are of something; `what` and `of` are words of ours, so that they are few."""

    what: str
    of: Mapping[str, str]
    count: int


class Census(Protocol):
    """Counts what the database holds."""

    async def tallies(self) -> Sequence[Tally]:
        """Count orders, attempts, positions and users by their states; may take a while.

        Raises `Unavailable`.
        """
