"""Leases: which process of many may do what, for how long, and how often that was taken."""

from collections.abc import Collection, Mapping
from typing import Protocol

from bot.domain.values import value


@value
class Standing:
    """How a process stands after a renewal.

    `held` has each lease with its fence, which grows with each taking; `alive` counts the
    processes of this kind, this one with them. One that lapsed is not `is_alive` and holds nothing.
    """

    is_alive: bool
    alive: int
    held: Mapping[str, int]


class Leases(Protocol):
    """What one process of a kind keeps for itself."""

    async def join(self, seconds: float) -> None:
        """Come alive for so long, holding nothing and counted by nobody; raises `Unavailable`."""

    async def keep(
        self, wanted: Collection[str], done: Collection[str], *, is_shared: bool
    ) -> Standing:
        """Renew all, give back what is `done`, and take what is free of `wanted`.

        Of what `is_shared` no more than a fair share is taken, of the rest all or nothing.

        Raises `Unavailable`, and then nobody knows whether it was renewed.
        """

    async def leave(self) -> None:
        """Give all back at a clean end; raises `Unavailable`."""
