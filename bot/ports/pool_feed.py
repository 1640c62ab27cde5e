"""What the inside asks of a feed that says at once when a pool has changed."""

from collections.abc import Sequence
from typing import Protocol

from bot.ports.chain import PoolPlace


class PoolFeed(Protocol):
    """Tells that pools changed, not how: they are then read, all accounts at one slot."""

    def follow(self, places: Sequence[PoolPlace]) -> None:
        """Follow these pools and no others, the most wanted first; too many are left out."""

    async def changed(self) -> frozenset[str]:
        """Wait until pools changed and give their addresses; for ever where nothing is fed."""
