"""What the inside asks of Solana about what happened to wallets, whoever did it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.movements import Movement, TokenPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A finalized transaction that names an address."""

    signature: str
    slot: int


class WalletHistory(Protocol):
    """The chain's memory of wallets. All raise `Unavailable` where no node answers."""

    async def since(self, address: str, slot: int) -> Sequence[Named]:
        """Give the finalized transactions that name an address from a slot on, the oldest first.

        Every node is asked, and what one of them knows counts.
        """

    async def movement(self, signature: str, wallet: str) -> Movement | None:
        """Give what a finalized transaction did to a wallet; None where no node has it."""

    async def places(self, wallet: str) -> Sequence[TokenPlace]:
        """Give the token accounts that a wallet has now, of both token programs."""
