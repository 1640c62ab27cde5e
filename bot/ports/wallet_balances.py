"""What the inside asks of Solana about what a wallet has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletBalances:
    """What a wallet had at one confirmed slot, in base units.

    `lamports` are its own and those it has wrapped, `rent_lamports` what its accounts of the
    tokens asked for hold for themselves, `tokens` their units by mint.
    """

    slot: int
    lamports: int
    rent_lamports: int
    tokens: Mapping[str, int]


class ChainBalances(Protocol):
    """Wallets as the chain has them."""

    async def of(self, address: str, programs: Mapping[str, str]) -> WalletBalances:
        """Give a wallet's balances of mints, whose token programs are named, all of one slot.

        Raises `Unavailable`.
        """
