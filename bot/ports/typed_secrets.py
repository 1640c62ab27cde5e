"""Secrets that people typed, on their way from whoever heard them to whoever answers."""

from collections.abc import Collection, Mapping
from typing import Protocol


class TypedSecrets(Protocol):
    """Kept by the number of their update, until it is answered."""

    async def put(self, secrets: Mapping[int, str]) -> None:
        """Keep them; raises `Unavailable`."""

    async def of(self, update_ids: Collection[int]) -> Mapping[int, str]:
        """Give those of some updates that are still kept; raises `Unavailable`."""

    async def forget(self, update_ids: Collection[int]) -> None:
        """Delete those of some updates, which were answered; raises `Unavailable`."""
