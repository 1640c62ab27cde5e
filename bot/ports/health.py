"""What the inside asks of the database and the machine to say whether the bot is well."""

from collections.abc import Collection, Sequence
from typing import Protocol

from bot.domain.health import DiskSeen, Proved, StoredSeen


class HealthBook(Protocol):
    """What of the database is looked at, and what proofs came to."""

    async def look(self) -> StoredSeen:
        """Give queues, live orders and proofs in one round trip; raises `Unavailable`."""

    async def unheld(self, names: Collection[str]) -> Collection[str]:
        """Give those of some leases that no living process holds; raises `Unavailable`."""

    async def keep(self, proved: Proved) -> None:
        """Keep what a proof came to, in place of the one before; raises `Unavailable`."""


class Disks(Protocol):
    """The disks that the bot writes to."""

    def look(self) -> Sequence[DiskSeen]:
        """Give what is free where each folder lies."""
