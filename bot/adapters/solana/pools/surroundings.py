"""What is known around a pool account while it is read: other accounts, time, absences."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.mints import is_mint_shaped, read_holding, read_mint
from bot.adapters.solana.pools.programs import KNOWN_DECIMALS
from bot.domain.errors import UnreadableAccount
from bot.domain.tokens import HoldingReading, MintReading
from bot.domain.transfer_fees import fee_note


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The accounts of one answer, by address, and what the reader was told besides.

    `absent` are addresses that were asked for and hold nothing; `base_mint` is the mint
    that the caller knows the pool by (a bonding curve does not name its own). `slot` is that
    of the answer, where there was one.
    """

    address: str
    accounts: Mapping[str, AccountBytes]
    now_seconds: int | None = None
    absent: Collection[str] = ()
    base_mint: str | None = None
    slot: int | None = None

    def pool(self) -> AccountBytes:
        """Give the pool's own account; raises `UnreadableAccount` if it was not given."""
        found = self.accounts.get(self.address)
        if found is None:
            raise UnreadableAccount("the pool's own account was not given")
        return found

    def owned(self, address: str, owner: str) -> AccountBytes | None:
        """Give an account if it is there and belongs to a program."""
        found = self.accounts.get(address)
        return found if found is not None and found.owner == owner else None

    def holding(self, address: str, mint: str) -> HoldingReading:
        """Give a vault; raises `UnreadableAccount` if it is missing or holds another mint."""
        found = self.accounts.get(address)
        if found is None:
            raise UnreadableAccount(f"vault {address} not given")
        holding = read_holding(found)
        if holding.mint != mint:
            raise UnreadableAccount(f"vault {address} holds another mint")
        return holding

    def holding_if_given(self, address: str, mint: str) -> HoldingReading | None:
        """Give a vault, or None if it is not at hand."""
        return self.holding(address, mint) if address in self.accounts else None

    def mint(self, mint: str) -> MintReading | None:
        """Give a mint, or None if it is not at hand."""
        found = self.accounts.get(mint)
        return read_mint(mint, found) if found is not None and is_mint_shaped(found) else None

    def decimals(self, mint: str) -> int:
        """Give a mint's decimals; raises `UnreadableAccount` if nobody knows them."""
        known = KNOWN_DECIMALS.get(mint)
        if known is not None:
            return known
        found = self.mint(mint)
        if found is None:
            raise UnreadableAccount(f"mint {mint} not given")
        return found.decimals

    def is_before(self, start_seconds: int) -> bool:
        """Tell whether a start lies ahead; unknown time counts as after it."""
        return self.now_seconds is not None and self.now_seconds < start_seconds

    def transfer_fee_notes(self, *mints: str) -> tuple[str, ...]:
        """Say which of the given mints take a fee from every transfer."""
        found = (self.mint(mint) for mint in mints)
        return tuple(
            fee_note(mint.mint, mint.rules.fees.newer)
            for mint in found
            if mint is not None and mint.transfer_fee_bps
        )


def unknown_decimals(*mints: str) -> tuple[str, ...]:
    """Give those mints that must be fetched for their decimals."""
    return tuple(mint for mint in mints if mint not in KNOWN_DECIMALS)


def first_of(*reasons: str | None) -> str | None:
    """Give the first reason that there is."""
    return next((reason for reason in reasons if reason), None)


def frozen_vault(*vaults: HoldingReading | None) -> str | None:
    """Say whether a vault is frozen: no swap can pay out of it."""
    is_frozen = any(vault is not None and vault.is_frozen for vault in vaults)
    return "vault frozen" if is_frozen else None
