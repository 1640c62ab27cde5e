"""PumpSwap: constant product with virtual quote reserves and fees by market cap."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.account_data import AccountData
from bot.sandbox.market.layouts.addresses import (
    PUMP,
    PUMPSWAP,
    TOKEN_2022_PROGRAM,
    WSOL,
    anchor_discriminator,
    associated_token_account,
    bump,
    derive,
    made_up_address,
)
from bot.sandbox.market.layouts.fee_configs import PUMPSWAP_TIERS, FeeTier, tier_at
from bot.sandbox.market.layouts.tokens import token_account
from bot.sandbox.market.pools.constant_product import (
    ceil_divide,
    swapped,
    trade_to,
    whole_price,
)
from bot.sandbox.market.pools.pool import Asset, vault_placement
from bot.sandbox.solana_rpc.chain import Placement

POOL_SIZE = 301
BPS = 10_000
LP_SUPPLY = 4_193_388_285_021
LEAST_QUOTE_SHARE = 20
"""The market leaves at least one part in this many of the quote vault."""


@dataclass(slots=True, kw_only=True)
class PumpSwapPool:
    """A canonical pool of a graduated coin: index 0, created by pump's own authority.

    The LP fee stays in the pool, protocol and creator fees leave it. Arithmetic:
    @pump-fun/pump-swap-sdk 1.20.0 and pump-public-docs.
    """

    base: Asset
    base_vault_units: int
    quote_vault_units: int
    virtual_quote_units: int
    supply_units: int
    kind: str = "pumpswap"

    @property
    def quote(self) -> Asset:
        """Wrapped SOL."""
        return Asset(mint=WSOL, decimals=9)

    @property
    def address(self) -> Pubkey:
        """Where the pool is."""
        return derive(PUMPSWAP, *self._seeds)

    @property
    def lp_mint(self) -> Pubkey:
        """The mint of the pool's LP tokens."""
        return derive(PUMPSWAP, b"pool_lp_mint", self.address)

    @property
    def lp_counted(self) -> int:
        """How many LP tokens the pool gave out."""
        return LP_SUPPLY

    @property
    def vaults(self) -> Sequence[Pubkey]:
        """The pool's associated accounts of base and quote."""
        return [
            associated_token_account(self.address, asset.mint, asset.program)
            for asset in (self.base, self.quote)
        ]

    @property
    def reserves(self) -> tuple[int, int]:
        """Base and quote that the curve works with."""
        return self.base_vault_units, self.quote_vault_units + self.virtual_quote_units

    @property
    def fees(self) -> FeeTier:
        """The tier of the pool's market cap."""
        base_reserve, quote_reserve = self.reserves
        return tier_at(PUMPSWAP_TIERS, quote_reserve * self.supply_units // base_reserve)

    def price(self) -> Decimal:
        """Give SOL per whole token."""
        return whole_price(*self.reserves, self.base.scale, self.quote.scale)

    def move_to(self, price: Decimal) -> None:
        """Swap to a price, as far as the quote vault can pay."""
        ratio = price * self.quote.scale / self.base.scale
        trade = trade_to(ratio, *self.reserves, Decimal(0))
        if trade is None:
            return
        if trade.sells_base:
            amount = min(trade.amount_in, self._most_base_in())
            self.swap(sells_base=True, amount_in=amount)
        else:
            fees = self.fees
            total_bps = fees.lp_bps + fees.protocol_bps + fees.creator_bps
            self.swap(sells_base=False, amount_in=trade.amount_in * (BPS + total_bps) // BPS)

    def swap(self, *, sells_base: bool, amount_in: int) -> int:
        """Swap an exact input and give the output, both in base units, after fees."""
        return self._sell(amount_in) if sells_base else self._buy(amount_in)

    def placements(self, rent_lamports: int) -> Iterable[Placement]:
        """Give the pool and its vaults."""
        base_vault, quote_vault = self.vaults
        yield Placement(address=self.address, owner=PUMPSWAP, data=self._data())
        data = token_account(
            self.base.mint,
            self.address,
            self.base_vault_units,
            immutable_owner=self.base.program == TOKEN_2022_PROGRAM,
        )
        yield Placement(address=base_vault, owner=self.base.program, data=data)
        yield vault_placement(
            quote_vault, self.address, self.quote, self.quote_vault_units, rent_lamports
        )

    def _sell(self, amount_in: int) -> int:
        fees = self.fees
        raw = swapped(amount_in, *self.reserves)
        lp_fee = ceil_divide(raw * fees.lp_bps, BPS)
        self.base_vault_units += amount_in
        self.quote_vault_units -= raw - lp_fee
        rest = ceil_divide(raw * fees.protocol_bps, BPS) + ceil_divide(raw * fees.creator_bps, BPS)
        return raw - lp_fee - rest

    def _buy(self, amount_in: int) -> int:
        fees, (base_reserve, quote_reserve) = self.fees, self.reserves
        rates = (fees.lp_bps, fees.protocol_bps, fees.creator_bps)
        net = amount_in * BPS // (BPS + sum(rates))
        over = net + sum(ceil_divide(net * rate, BPS) for rate in rates) - amount_in
        net -= max(0, over)
        out = swapped(net - 1, quote_reserve, base_reserve)
        self.quote_vault_units += net + ceil_divide(net * fees.lp_bps, BPS)
        self.base_vault_units -= out
        return out

    def _most_base_in(self) -> int:
        base_reserve, quote_reserve = self.reserves
        payable = min(self.quote_vault_units, quote_reserve)
        most_out = payable - payable // LEAST_QUOTE_SHARE
        least_quote = quote_reserve - most_out
        return base_reserve * most_out // least_quote

    @property
    def _creator(self) -> Pubkey:
        return derive(PUMP, b"pool-authority", self.base.mint)

    @property
    def _seeds(self) -> tuple[bytes | Pubkey, ...]:
        return b"pool", bytes(2), self._creator, self.base.mint, WSOL

    def _data(self) -> bytes:
        data = AccountData(POOL_SIZE, anchor_discriminator("Pool"))
        data.unsigned(8, bump(PUMPSWAP, *self._seeds), 8)
        keys = (
            self._creator,
            self.base.mint,
            WSOL,
            self.lp_mint,
            *self.vaults,
        )
        for position, key in enumerate(keys):
            data.key(11 + 32 * position, key)
        data.unsigned(203, LP_SUPPLY)
        data.key(211, made_up_address("pump creator", self.base.mint))
        data.signed(245, self.virtual_quote_units, 128)
        return bytes(data)
