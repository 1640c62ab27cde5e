"""Raydium AMM v4: constant product of the vaults less what is owed as profit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.account_data import AccountData
from bot.sandbox.market.layouts.addresses import (
    OPENBOOK,
    RAYDIUM_AMM_AUTHORITY,
    RAYDIUM_AMM_V4,
    derive,
    made_up_address,
)
from bot.sandbox.market.pools.constant_product import ceil_divide, swapped, trade_to, whole_price
from bot.sandbox.market.pools.pool import Asset, vault_placement
from bot.sandbox.solana_rpc.chain import Placement

POOL_SIZE = 752
STATUS_SWAP_ONLY = 6
FEE_NUMERATOR, FEE_DENOMINATOR = 25, 10_000
FRACTIONS = (5, 10_000, 25, 10_000, 12, 100, FEE_NUMERATOR, FEE_DENOMINATOR)
OWED_SHARE = 20_000
"""One part in this many of each vault is profit owed, which the reserves leave out."""


@dataclass(slots=True, kw_only=True)
class RaydiumAmmV4Pool:
    """A pool with base as coin and quote as pc; the whole fee stays in the vaults.

    Arithmetic: raydium-amm processor.rs swap_base_in at 27f461d. Addresses derive from the
    order-book market unless `known` names the pool and its vaults.
    """

    base: Asset
    quote: Asset
    base_vault_units: int
    quote_vault_units: int
    known: tuple[Pubkey, Pubkey, Pubkey] | None = None
    kind: str = "raydium_amm_v4"
    lp_counted: int = field(init=False)
    """How many LP tokens the pool gave out when it opened."""
    _owed: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        """Set aside the profit owed, and give out the LP tokens."""
        self.lp_counted = self.base_vault_units // 100
        self._owed = (self.base_vault_units // OWED_SHARE, self.quote_vault_units // OWED_SHARE)

    @property
    def address(self) -> Pubkey:
        """Where the pool is."""
        return self.known[0] if self.known else self._derived(b"amm_associated_seed")

    @property
    def lp_mint(self) -> Pubkey:
        """The mint of the pool's LP tokens."""
        return self._derived(b"lp_mint_associated_seed")

    @property
    def vaults(self) -> Sequence[Pubkey]:
        """The coin vault and the pc vault."""
        if self.known:
            return self.known[1:]
        seeds = (b"coin_vault_associated_seed", b"pc_vault_associated_seed")
        return [self._derived(seed) for seed in seeds]

    @property
    def reserves(self) -> tuple[int, int]:
        """Base and quote that the curve works with."""
        return self.base_vault_units - self._owed[0], self.quote_vault_units - self._owed[1]

    def price(self) -> Decimal:
        """Give quote per whole base token."""
        return whole_price(*self.reserves, self.base.scale, self.quote.scale)

    def move_to(self, price: Decimal) -> None:
        """Swap to a price."""
        ratio = price * self.quote.scale / self.base.scale
        fee = Decimal(FEE_NUMERATOR) / FEE_DENOMINATOR
        trade = trade_to(ratio, *self.reserves, fee)
        if trade is not None:
            self.swap(sells_base=trade.sells_base, amount_in=trade.amount_in)

    def swap(self, *, sells_base: bool, amount_in: int) -> int:
        """Swap an exact input and give the output, both in base units."""
        base_reserve, quote_reserve = self.reserves
        net = amount_in - ceil_divide(amount_in * FEE_NUMERATOR, FEE_DENOMINATOR)
        if sells_base:
            out = swapped(net, base_reserve, quote_reserve)
            self.base_vault_units += amount_in
            self.quote_vault_units -= out
        else:
            out = swapped(net, quote_reserve, base_reserve)
            self.quote_vault_units += amount_in
            self.base_vault_units -= out
        return out

    def placements(self, rent_lamports: int) -> Iterable[Placement]:
        """Give the pool and its vaults."""
        base_vault, quote_vault = self.vaults
        owner = RAYDIUM_AMM_AUTHORITY
        yield Placement(address=self.address, owner=RAYDIUM_AMM_V4, data=self._data())
        yield vault_placement(base_vault, owner, self.base, self.base_vault_units, rent_lamports)
        yield vault_placement(quote_vault, owner, self.quote, self.quote_vault_units, rent_lamports)

    def _data(self) -> bytes:
        data = AccountData(POOL_SIZE)
        head = (STATUS_SWAP_ONLY, 254, 7, 3, self.base.decimals, self.quote.decimals, 2, 0)
        for position, value in enumerate(head):
            data.unsigned(8 * position, value)
        for position, value in enumerate((*FRACTIONS, *self._owed)):
            data.unsigned(128 + 8 * position, value)
        keys = (
            *self.vaults,
            self.base.mint,
            self.quote.mint,
            self.lp_mint,
            self._derived(b"open_order_associated_seed"),
            self._market,
            OPENBOOK,
            self._derived(b"target_associated_seed"),
        )
        for position, key in enumerate(keys):
            data.key(336 + 32 * position, key)
        data.key(688, made_up_address("raydium amm owner"))
        data.unsigned(720, self.lp_counted)
        return bytes(data)

    @property
    def _market(self) -> Pubkey:
        return made_up_address("openbook market", self.base.mint, self.quote.mint)

    def _derived(self, seed: bytes) -> Pubkey:
        return derive(RAYDIUM_AMM_V4, RAYDIUM_AMM_V4, self._market, seed)
