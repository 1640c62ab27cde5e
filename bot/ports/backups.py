"""What the inside asks of wherever backups are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.backups import BackupName


class BackupShelf(Protocol):
    """Keeps copies of the database, none of them readable without the operator's key.

    All raise `Unavailable("backup")` where database, programs or folder fail.
    """

    async def take(self, at: datetime) -> tuple[BackupName, int]:
        """Copy the database as it is at one moment; gives the copy's name and size in bytes."""

    async def kept(self) -> Sequence[BackupName]:
        """Give the whole copies that are there."""

    async def drop(self, name: BackupName) -> None:
        """Take a copy away."""
