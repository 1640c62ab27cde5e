"""Meteora DAMM v2: one range of liquidity over all prices, or reserves that compound."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, isqrt

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.account_data import AccountData
from bot.sandbox.market.layouts.addresses import (
    METEORA_DAMM_V2,
    anchor_discriminator,
    derive,
    made_up_address,
)
from bot.sandbox.market.pools.meteora_math import (
    BILLION,
    HIGHEST_SQRT,
    LOWEST_SQRT,
    MOST_VOLATILITY,
    ONE_BIN,
    ONE_Q64,
    PROTOCOL_PERCENT,
    Volatility,
    base_between,
    falls_to,
    fee_on,
    price_of,
    quote_between,
    rises_to,
    sqrt_of,
)
from bot.sandbox.market.pools.pool import Asset, vault_placement
from bot.sandbox.solana_rpc.chain import Placement

POOL_SIZE = 1_112
BOTH_TOKENS, ONLY_QUOTE, COMPOUNDING = 0, 1, 2
AUTHORITY = derive(METEORA_DAMM_V2, b"pool_authority")
FEE_RATE = 10_000_000
VOLATILITY_CONTROL = 956
COMPOUNDED_BPS, LOCKED_SHARE = 5_000, 4
OPENED_AT_SECONDS = 1_771_802_002
SMALLEST_TRADE_UNITS = 10


@dataclass(slots=True, kw_only=True)
class DammV2Pool:
    """A pool that anybody may have made, or one that a launch under `config` moved to.

    The base is token A. Arithmetic: MeteoraAg/damm-v2 programs/cp-amm at a3d3827.
    """

    base: Asset
    quote: Asset
    opening_price: Decimal
    depth_units: int
    fee_mode: int = ONLY_QUOTE
    config: Pubkey | None = None
    kind: str = "meteora_damm_v2"
    sqrt_price: int = field(init=False)
    liquidity: int = field(init=False)
    amounts: list[int] = field(init=False)
    protocol_fees: list[int] = field(default_factory=lambda: [0, 0])
    holders_fees: list[int] = field(default_factory=lambda: [0, 0])
    volatility: Volatility = field(init=False)

    def __post_init__(self) -> None:
        """Lay the opening depth out."""
        self.sqrt_price = sqrt_of(self.opening_price, self.base.scale, self.quote.scale)
        self.volatility = Volatility(reference=self.sqrt_price)
        if self.fee_mode == COMPOUNDING:
            base_units = self.depth_units / self.opening_price * self.base.scale
            self.amounts = [int(base_units / self.quote.scale), self.depth_units]
            self.liquidity = isqrt(self.amounts[0] * self.amounts[1]) * ONE_Q64
            return
        self.liquidity = (self.depth_units << 128) // self.sqrt_price
        self.amounts = [
            ceil(base_between(self.sqrt_price, HIGHEST_SQRT, self.liquidity)),
            ceil(quote_between(LOWEST_SQRT, self.sqrt_price, self.liquidity)),
        ]

    @property
    def address(self) -> Pubkey:
        """Where the pool is."""
        low, high = sorted((self.base.mint, self.quote.mint), key=bytes)
        if self.config is None:
            return derive(METEORA_DAMM_V2, b"cpool", high, low)
        return derive(METEORA_DAMM_V2, b"pool", self.config, high, low)

    @property
    def vaults(self) -> Sequence[Pubkey]:
        """The pool's accounts of base and quote."""
        return [
            derive(METEORA_DAMM_V2, b"token_vault", asset.mint, self.address)
            for asset in (self.base, self.quote)
        ]

    @property
    def rate(self) -> int:
        """The fee now, in billionths: the base and what volatility adds."""
        if self.fee_mode == COMPOUNDING:
            return FEE_RATE
        return FEE_RATE + self.volatility.rate(VOLATILITY_CONTROL)

    def price(self) -> Decimal:
        """Give quote per whole base token."""
        if self.fee_mode == COMPOUNDING:
            return self.amounts[1] / self.quote.scale / (self.amounts[0] / self.base.scale)
        return price_of(self.sqrt_price, self.base.scale, self.quote.scale)

    def move_to(self, price: Decimal) -> None:
        """Swap until the price is there, to within what the fee leaves open."""
        target = sqrt_of(price, self.base.scale, self.quote.scale)
        if target < self._sqrt():
            amount = floor(base_between(target, self._sqrt(), self.liquidity))
        else:
            amount = floor(quote_between(self._sqrt(), target, self.liquidity))
            amount = amount * BILLION // (BILLION - self.rate) if self.fee_mode else amount
        if amount >= SMALLEST_TRADE_UNITS:
            self.swap(sells_base=target < self._sqrt(), amount_in=amount)

    def swap(self, *, sells_base: bool, amount_in: int) -> int:
        """Swap an exact input and give the output, both in base units, after fees."""
        is_fee_first = self.fee_mode != BOTH_TOKENS and not sells_base
        rate = self.rate
        fee = fee_on(amount_in, rate) if is_fee_first else 0
        entering = amount_in - fee
        leaving, end = self._drawn(entering, sells_base=sells_base)
        if not is_fee_first:
            fee = fee_on(leaving, rate)
        into, out_of = (0, 1) if sells_base else (1, 0)
        self.amounts[into] += entering
        self.amounts[out_of] -= leaving
        self._share(fee, side=into if is_fee_first else out_of)
        self.sqrt_price = end if self.fee_mode != COMPOUNDING else self._sqrt()
        self.volatility.note(self.sqrt_price)
        return leaving if is_fee_first else leaving - fee

    def placements(self, rent_lamports: int) -> Iterable[Placement]:
        """Give the pool and its vaults."""
        yield Placement(address=self.address, owner=METEORA_DAMM_V2, data=self._data())
        for place, asset in enumerate((self.base, self.quote)):
            held = self.amounts[place] + self.protocol_fees[place] + self.holders_fees[place]
            yield vault_placement(self.vaults[place], AUTHORITY, asset, held, rent_lamports)

    def _drawn(self, entering: int, *, sells_base: bool) -> tuple[int, int]:
        """Give what an input draws and where a ranged pool's price ends."""
        if self.fee_mode == COMPOUNDING:
            into, out_of = (0, 1) if sells_base else (1, 0)
            product = self.amounts[into] * self.amounts[out_of]
            left = ceil(Fraction(product, self.amounts[into] + entering))
            return self.amounts[out_of] - left, 0
        if sells_base:
            end = falls_to(self.sqrt_price, self.liquidity, entering)
            return floor(quote_between(end, self.sqrt_price, self.liquidity)), end
        end = rises_to(self.sqrt_price, self.liquidity, entering)
        return floor(base_between(self.sqrt_price, end, self.liquidity)), end

    def _share(self, fee: int, *, side: int) -> None:
        protocol = fee * PROTOCOL_PERCENT // 100
        rest = fee - protocol
        compounded = rest * COMPOUNDED_BPS // 10_000 if self.fee_mode == COMPOUNDING else 0
        self.protocol_fees[side] += protocol
        self.amounts[side] += compounded
        self.holders_fees[side] += rest - compounded

    def _sqrt(self) -> int:
        if self.fee_mode != COMPOUNDING:
            return self.sqrt_price
        return isqrt((self.amounts[1] << 128) // self.amounts[0])

    def _data(self) -> bytes:
        data = AccountData(POOL_SIZE, anchor_discriminator("Pool"))
        data.unsigned(8, FEE_RATE)
        data.unsigned(48, PROTOCOL_PERCENT, 8)
        data.unsigned(50, 20, 8)
        self._write_fees(data)
        keys = (self.base.mint, self.quote.mint, *self.vaults)
        for position, key in enumerate(keys):
            data.key(168 + 32 * position, key)
        data.unsigned(360, self.liquidity, 128)
        for place in (0, 1):
            data.unsigned(392 + 8 * place, self.protocol_fees[place])
            data.unsigned(680 + 8 * place, self.amounts[place])
        is_ranged = self.fee_mode != COMPOUNDING
        data.unsigned(424, LOWEST_SQRT if is_ranged else 0, 128)
        data.unsigned(440, HIGHEST_SQRT if is_ranged else 2**128 - 1, 128)
        data.unsigned(456, self.sqrt_price, 128)
        data.unsigned(472, OPENED_AT_SECONDS)
        data.unsigned(480, 1, 8)
        data.unsigned(484, self.fee_mode, 8)
        data.unsigned(485, int(self.config is None), 8)
        data.unsigned(486, 1, 8)
        data.unsigned(552, self.liquidity // LOCKED_SHARE, 128)
        data.key(648, made_up_address("damm creator", self.base.mint))
        data.unsigned(696, 1, 8)
        return bytes(data)

    def _write_fees(self, data: AccountData) -> None:
        if self.fee_mode == COMPOUNDING:
            data.unsigned(54, COMPOUNDED_BPS, 16)
            return
        data.unsigned(56, 1, 8)
        data.unsigned(64, MOST_VOLATILITY, 32)
        data.unsigned(68, VOLATILITY_CONTROL, 32)
        for position, value in enumerate((1, 10, 120, 5_000)):
            data.unsigned(72 + 2 * position, value, 16)
        data.unsigned(80, OPENED_AT_SECONDS)
        data.unsigned(88, ONE_BIN, 128)
        data.unsigned(104, self.volatility.reference, 128)
        data.unsigned(120, self.volatility.accumulated, 128)
