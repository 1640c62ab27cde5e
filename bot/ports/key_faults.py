"""What the inside asks of the database about wallets whose keys were found unfit for use."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.live_wallets import KeyFault, SealedKey
from bot.domain.notices import Notice


class KeyFaultBook(Protocol):
    """Keeps what the last check of each key found. Raises `Unavailable`."""

    async def note(
        self, key: SealedKey, fault: KeyFault | None, at: datetime, notices: Sequence[Notice]
    ) -> bool:
        """Keep a fault, or that there is none; tells whether that is new.

        Notices and a line of the owner's audit log go with it, for a fault that is new.
        """

    async def faulty(self) -> int:
        """Give how many wallets have a key with a fault."""
