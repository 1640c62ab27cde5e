"""What the inside asks about wallets that hold real money: a book keeps them, keys sealed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.live_wallets import LiveWallet, SealedKey

Place = tuple[int, int]
"""A wallet's user and number, which is the order they are gone through in."""
BEFORE_ALL: Place = (0, 0)
Reseal = Callable[[SealedKey], SealedKey | None]
"""Seals a key anew; None leaves it as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What became of some keys: how many were sealed anew, and the last that was looked at.

    `last` is None where there was none to look at.
    """

    resealed: int
    last: Place | None


class LiveWalletBook(Protocol):
    """Keeps wallets; a wallet is never deleted and never changes its owner or address."""

    async def put(self, key: SealedKey, at: datetime) -> LiveWallet:
        """Keep a new wallet, unless its owner has one of that number: gives the one that is kept.

        The owner's audit log says so in the same transaction.
        """

    async def put_imported(self, key: SealedKey, at: datetime) -> LiveWallet | None:
        """Keep a wallet that was made elsewhere; None where somebody has it already.

        Otherwise as `put`, but the audit log says that others may know its key.
        """

    async def read(self, user_id: int, number: int) -> LiveWallet | None:
        """Give a wallet as it may be shown."""

    async def wallets_of(self, user_id: int) -> Sequence[LiveWallet]:
        """Give a person's wallets, by number."""

    async def key_of(self, user_id: int, number: int) -> SealedKey | None:
        """Give a wallet's key as it is kept."""

    async def keys_after(self, place: Place, limit: int) -> Sequence[SealedKey]:
        """Give the next keys as they are kept, in order."""

    async def versions(self) -> Mapping[int, int]:
        """Give how many keys lie under each version of the master key."""

    async def reseal_after(
        self, place: Place, newest: int, limit: int, reseal: Reseal, at: datetime
    ) -> Batch:
        """Seal anew the next keys that are not under the newest version, in one transaction.

        Their rows are locked; those that another has locked are passed over. A row changes only
        from the version that was read.
        """
