"""What the inside asks about wallets that are only looked at."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.wallet_links import WalletLink, WatchedWallet

Verify = Callable[[str, bytes, bytes], bool]
"""Tells whether an address has signed a message: address, message, the 64 bytes of a signature."""


class WatchedWalletBook(Protocol):
    """Keeps links that are asked for, and the wallets that were linked. Raises `Unavailable`."""

    async def put_link(self, link: WalletLink) -> None:
        """Keep a link that is asked for, in place of the person's last one."""

    async def link_of(self, user_id: int, at: datetime) -> WalletLink | None:
        """Give the link that a person has asked for, as long as it holds."""

    async def link(self, link: WalletLink, at: datetime) -> WatchedWallet | None:
        """Use a link up and keep its wallet; None where it was used or replaced meanwhile.

        A wallet that is linked already stays as it is. The owner's audit log says so.
        """

    async def watched(self, user_id: int) -> Sequence[WatchedWallet]:
        """Give a person's, in the order in which they were linked."""

    async def unlink(self, user_id: int, number: int) -> bool:
        """Forget one; tells whether there was one."""
