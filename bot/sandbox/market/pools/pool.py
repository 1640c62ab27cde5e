"""What the market asks of every kind of pool."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.addresses import TOKEN_PROGRAM, WSOL
from bot.sandbox.market.layouts.tokens import TOKEN_ACCOUNT_SIZE, token_account
from bot.sandbox.solana_rpc.chain import Placement


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A mint as pools need it: decimals, the token program that owns it, its accounts' ways."""

    mint: Pubkey
    decimals: int
    program: Pubkey = TOKEN_PROGRAM
    has_transfer_fee: bool = False

    @property
    def scale(self) -> Decimal:
        """Base units in one whole token."""
        return Decimal(10) ** self.decimals


class Pool(Protocol):
    """A pool of a token (`base`) against what prices it (`quote`)."""

    @property
    def kind(self) -> str:
        """The AMM, by one word."""

    @property
    def address(self) -> Pubkey:
        """Where the pool's own account is."""

    @property
    def base(self) -> Asset:
        """The token that is priced."""

    @property
    def quote(self) -> Asset:
        """What it is priced in."""

    @property
    def vaults(self) -> Sequence[Pubkey]:
        """The accounts that hold the pool's tokens."""

    def price(self) -> Decimal:
        """Give quote per whole base token, without fee."""

    def move_to(self, price: Decimal) -> None:
        """Swap until the price is as near to `price` as the pool can come."""

    def swap(self, *, sells_base: bool, amount_in: int) -> int:
        """Swap an exact input and give the output, in base units, after fees."""

    def placements(self, rent_lamports: int) -> Iterable[Placement]:
        """Give the accounts as they stand; `rent_lamports` is what a token account locks."""


def vault_placement(
    address: Pubkey, owner: Pubkey, asset: Asset, amount: int, rent_lamports: int
) -> Placement:
    """Write a vault; a wrapped-SOL vault also holds its amount as lamports."""
    native = asset.mint == WSOL
    data = token_account(
        asset.mint,
        owner,
        amount,
        native_reserve_lamports=rent_lamports if native else None,
        withholds_fee=asset.has_transfer_fee,
    )
    is_plain = len(data) == TOKEN_ACCOUNT_SIZE
    assert is_plain != asset.has_transfer_fee  # noqa: S101 - a layout that slipped must not pass
    return Placement(
        address=address, owner=asset.program, data=data, extra_lamports=amount if native else 0
    )
