"""What the inside asks of Solana about what wallets have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.movements import TokenPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletAsked:
    """A wallet's address, and the token accounts that are known to be, or to have been, its own.

    Its associated account of wrapped SOL need not be among them.
    """

    address: str
    places: tuple[TokenPlace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletBalances:
    """What a wallet had at a confirmed slot, in base units.

    `lamports` are its own and those it has wrapped, `rent_lamports` what its token accounts hold
    for themselves, `tokens` their units by mint. `empty` are those of its accounts that hold
    nothing, with what closing each would give back.
    """

    slot: int
    lamports: int
    rent_lamports: int
    tokens: Mapping[str, int]
    empty: Mapping[TokenPlace, int]


class ChainBalances(Protocol):
    """Wallets as the chain has them."""

    async def of_all(self, asked: Sequence[WalletAsked]) -> Sequence[WalletBalances | None]:
        """Give the wallets' balances in the order asked, many in one call.

        A wallet's are of one slot, unless it has a hundred accounts: then of the oldest. None
        where no node told them. Raises `Unavailable` where none told any.
        """
