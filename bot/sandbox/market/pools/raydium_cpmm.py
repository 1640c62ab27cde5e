"""Raydium CPMM: constant product of the vaults less the fees owed to others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.account_data import AccountData
from bot.sandbox.market.layouts.addresses import (
    RAYDIUM_CPMM,
    anchor_discriminator,
    bump,
    derive,
    made_up_address,
)
from bot.sandbox.market.layouts.fee_configs import (
    AMM_CONFIG_TRADE_FEES,
    CPMM_FUND_FEE,
    CPMM_PROTOCOL_FEE,
    amm_config_address,
)
from bot.sandbox.market.pools.constant_product import ceil_divide, swapped, trade_to, whole_price
from bot.sandbox.market.pools.pool import Asset, vault_placement
from bot.sandbox.solana_rpc.chain import Placement

POOL_SIZE = 637
MILLION = 1_000_000
LP_DECIMALS = 9
AUTHORITY_SEED = b"vault_and_lp_mint_auth_seed"


@dataclass(slots=True, kw_only=True)
class RaydiumCpmmPool:
    """A pool whose protocol and fund fees pile up in the vaults, outside the reserves.

    Mints are sorted by bytes as the program demands. Arithmetic: raydium-cp-swap
    curve/calculator.rs swap_base_input at 609780f, without a creator fee.
    """

    base: Asset
    quote: Asset
    base_vault_units: int
    quote_vault_units: int
    config_index: int = 0
    kind: str = "raydium_cpmm"
    lp_counted: int = field(init=False)
    """How many LP tokens the pool gave out when it opened."""
    _owed_protocol: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    _owed_fund: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    """Fees owed, by whether they are in base."""

    def __post_init__(self) -> None:
        """Give out the LP tokens."""
        self.lp_counted = self.base_vault_units // 100

    @property
    def lp_mint(self) -> Pubkey:
        """The mint of the pool's LP tokens."""
        return derive(RAYDIUM_CPMM, b"pool_lp_mint", self.address)

    @property
    def config(self) -> Pubkey:
        """The AmmConfig that holds the fees."""
        return amm_config_address(self.config_index)

    @property
    def address(self) -> Pubkey:
        """Where the pool is."""
        first, second = self._sorted
        return derive(RAYDIUM_CPMM, b"pool", self.config, first.mint, second.mint)

    @property
    def vaults(self) -> Sequence[Pubkey]:
        """The vaults of the two mints in their sorted order."""
        return [
            derive(RAYDIUM_CPMM, b"pool_vault", self.address, asset.mint) for asset in self._sorted
        ]

    @property
    def reserves(self) -> tuple[int, int]:
        """Base and quote that the curve works with."""
        return (
            self.base_vault_units - self._owed_protocol[True] - self._owed_fund[True],
            self.quote_vault_units - self._owed_protocol[False] - self._owed_fund[False],
        )

    def price(self) -> Decimal:
        """Give quote per whole base token."""
        return whole_price(*self.reserves, self.base.scale, self.quote.scale)

    def move_to(self, price: Decimal) -> None:
        """Swap to a price."""
        ratio = price * self.quote.scale / self.base.scale
        trade = trade_to(ratio, *self.reserves, Decimal(self._trade_fee) / MILLION)
        if trade is not None:
            self.swap(sells_base=trade.sells_base, amount_in=trade.amount_in)

    def swap(self, *, sells_base: bool, amount_in: int) -> int:
        """Swap an exact input and give the output, both in base units."""
        base_reserve, quote_reserve = self.reserves
        trade_fee = ceil_divide(amount_in * self._trade_fee, MILLION)
        self._owed_protocol[sells_base] += trade_fee * CPMM_PROTOCOL_FEE // MILLION
        self._owed_fund[sells_base] += trade_fee * CPMM_FUND_FEE // MILLION
        net = amount_in - trade_fee
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
        authority = derive(RAYDIUM_CPMM, AUTHORITY_SEED)
        amounts = [self.base_vault_units, self.quote_vault_units]
        if not self._base_is_first:
            amounts.reverse()
        yield Placement(address=self.address, owner=RAYDIUM_CPMM, data=self._data())
        for vault, asset, amount in zip(self.vaults, self._sorted, amounts, strict=True):
            yield vault_placement(vault, authority, asset, amount, rent_lamports)

    @property
    def _trade_fee(self) -> int:
        return AMM_CONFIG_TRADE_FEES[self.config_index]

    @property
    def _base_is_first(self) -> bool:
        return bytes(self.base.mint) < bytes(self.quote.mint)

    @property
    def _sorted(self) -> tuple[Asset, Asset]:
        return (self.base, self.quote) if self._base_is_first else (self.quote, self.base)

    def _data(self) -> bytes:
        address, (first, second), order = self.address, self._sorted, self._base_is_first
        data = AccountData(POOL_SIZE, anchor_discriminator("PoolState"))
        keys = (
            self.config,
            made_up_address("cpmm creator", self.base.mint),
            *self.vaults,
            self.lp_mint,
            first.mint,
            second.mint,
            first.program,
            second.program,
            derive(RAYDIUM_CPMM, b"observation", address),
        )
        for position, key in enumerate(keys):
            data.key(8 + 32 * position, key)
        data.unsigned(328, bump(RAYDIUM_CPMM, AUTHORITY_SEED), 8)
        data.raw(330, bytes([LP_DECIMALS, first.decimals, second.decimals]))
        data.unsigned(333, self.lp_counted)
        owed = self._owed_protocol, self._owed_fund
        for position, kept in enumerate(owed):
            data.unsigned(341 + 16 * position, kept[order])
            data.unsigned(349 + 16 * position, kept[not order])
        return bytes(data)
