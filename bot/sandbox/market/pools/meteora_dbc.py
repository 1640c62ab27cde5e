"""Meteora DBC: a launch that sells a token along steps of liquidity until it moves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil, floor

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.account_data import AccountData
from bot.sandbox.market.layouts.addresses import (
    METEORA_DBC,
    WSOL,
    anchor_discriminator,
    derive,
    made_up_address,
)
from bot.sandbox.market.layouts.dbc_configs import (
    CURVE,
    DBC_FEE_RATE,
    DBC_VOLATILITY_CONTROL,
    MIGRATION_BASE_UNITS,
    MIGRATION_QUOTE_LAMPORTS,
    START_SQRT,
    dbc_config,
    dbc_config_address,
)
from bot.sandbox.market.pools.meteora_math import (
    BILLION,
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

POOL_SIZE = 424
AUTHORITY = derive(METEORA_DBC, b"pool_authority")
MIGRATION_SQRT = CURVE[-1][0]
STARTED_AT_SECONDS = 1_771_802_002
BEFORE, WAITING, MOVED = 0, 2, 3
SMALLEST_TRADE_UNITS = 10
LEAST_LEFT_SHARE = 200
"""The market leaves at least one part in this many of the curve to buy."""


@dataclass(slots=True, kw_only=True)
class DbcLaunch:
    """A launch quoted in SOL, its fee in quote alone; complete when `progress` is not 0.

    Arithmetic: MeteoraAg/dynamic-bonding-curve at b4f9547.
    """

    base: Asset
    opening_price: Decimal
    kind: str = "meteora_dbc"
    progress: int = BEFORE
    sqrt_price: int = START_SQRT
    base_reserve: int = field(init=False)
    quote_reserve: int = 0
    protocol_fee: int = 0
    partner_fee: int = 0
    volatility: Volatility = field(default_factory=lambda: Volatility(reference=START_SQRT))

    def __post_init__(self) -> None:
        """Buy the launch up to its opening price."""
        for_sale = sum(ceil(base_between(*each)) for each in self._up_to(MIGRATION_SQRT))
        self.base_reserve = for_sale + MIGRATION_BASE_UNITS
        self.move_to(self.opening_price)

    @property
    def quote(self) -> Asset:
        """Wrapped SOL."""
        return Asset(mint=WSOL, decimals=9)

    @property
    def address(self) -> Pubkey:
        """Where the launch is."""
        low, high = sorted((self.base.mint, WSOL), key=bytes)
        return derive(METEORA_DBC, b"pool", dbc_config_address(), high, low)

    @property
    def vaults(self) -> Sequence[Pubkey]:
        """The launch's accounts of base and quote."""
        return [
            derive(METEORA_DBC, b"token_vault", asset.mint, self.address)
            for asset in (self.base, self.quote)
        ]

    def price(self) -> Decimal:
        """Give SOL per whole token."""
        return price_of(self.sqrt_price, self.base.scale, self.quote.scale)

    def move_to(self, price: Decimal) -> None:
        """Swap to a price, short of the end of the curve and no lower than its start."""
        target = sqrt_of(price, self.base.scale, self.quote.scale)
        target = max(min(target, MIGRATION_SQRT - MIGRATION_SQRT // LEAST_LEFT_SHARE), START_SQRT)
        if target < self.sqrt_price:
            amount = sum(floor(base_between(*each)) for each in self._down_to(target))
        else:
            net = sum(floor(quote_between(*each)) for each in self._up_to(target))
            amount = net * BILLION // (BILLION - self._rate)
        if amount >= SMALLEST_TRADE_UNITS and not self.progress:
            self.swap(sells_base=target < self.sqrt_price, amount_in=amount)

    def swap(self, *, sells_base: bool, amount_in: int) -> int:
        """Swap an exact input and give the output, both in base units, after fees."""
        rate = self._rate
        return self._sell(amount_in, rate) if sells_base else self._buy(amount_in, rate)

    def complete(self) -> None:
        """Let somebody buy all that is left: from then on the launch takes no swaps."""
        left = sum(ceil(quote_between(*each)) for each in self._up_to(MIGRATION_SQRT))
        sold = sum(floor(base_between(*each)) for each in self._up_to(MIGRATION_SQRT))
        self.quote_reserve += left
        self.base_reserve -= sold
        self.sqrt_price = MIGRATION_SQRT
        self.progress = max(self.progress, WAITING)

    def move_out(self) -> None:
        """Mark the launch as moved to its own pool, and empty it."""
        self.progress = MOVED
        self.base_reserve -= MIGRATION_BASE_UNITS
        self.quote_reserve -= MIGRATION_QUOTE_LAMPORTS

    def placements(self, rent_lamports: int) -> Iterable[Placement]:
        """Give the launch, its configuration and its vaults."""
        yield Placement(address=dbc_config_address(), owner=METEORA_DBC, data=dbc_config())
        yield Placement(address=self.address, owner=METEORA_DBC, data=self._data())
        held = (self.base_reserve, self.quote_reserve + self.protocol_fee + self.partner_fee)
        for vault, asset, amount in zip(self.vaults, (self.base, self.quote), held, strict=True):
            yield vault_placement(vault, AUTHORITY, asset, amount, rent_lamports)

    @property
    def _rate(self) -> int:
        return DBC_FEE_RATE + self.volatility.rate(DBC_VOLATILITY_CONTROL)

    def _sell(self, amount_in: int, rate: int) -> int:
        left, raised = amount_in, 0
        for low, high, depth in self._down_to(START_SQRT):
            most = ceil(base_between(low, high, depth))
            end = low if left >= most else falls_to(high, depth, left)
            raised += floor(quote_between(end, high, depth))
            self.sqrt_price = end
            left -= min(most, left)
            if not left:
                break
        self.base_reserve += amount_in - left
        self.quote_reserve -= raised
        fee = fee_on(raised, rate)
        self._share(fee)
        return raised - fee

    def _buy(self, amount_in: int, rate: int) -> int:
        fee = fee_on(amount_in, rate)
        left, drawn = amount_in - fee, 0
        self.quote_reserve += left
        for low, high, depth in self._up_to(MIGRATION_SQRT):
            most = ceil(quote_between(low, high, depth))
            end = high if left >= most else rises_to(low, depth, left)
            drawn += floor(base_between(low, end, depth))
            self.sqrt_price = end
            left -= min(most, left)
            if not left:
                break
        self.base_reserve -= drawn
        self._share(fee)
        return drawn

    def _share(self, fee: int) -> None:
        protocol = fee * PROTOCOL_PERCENT // 100
        self.protocol_fee += protocol
        self.partner_fee += fee - protocol
        self.volatility.note(self.sqrt_price)

    def _up_to(self, target: int) -> list[tuple[int, int, int]]:
        """Give the stretches from here up, nearest first: low, high, liquidity."""
        found, low = [], START_SQRT
        for high, depth in CURVE:
            stretch = (max(low, self.sqrt_price), min(high, target), depth)
            found += [stretch] if stretch[0] < stretch[1] else []
            low = high
        return found

    def _down_to(self, target: int) -> list[tuple[int, int, int]]:
        found, low = [], START_SQRT
        for high, depth in CURVE:
            stretch = (max(low, target), min(high, self.sqrt_price), depth)
            found += [stretch] if stretch[0] < stretch[1] else []
            low = high
        return found[::-1]

    def _data(self) -> bytes:
        data = AccountData(POOL_SIZE, anchor_discriminator("VirtualPool"))
        data.unsigned(8, STARTED_AT_SECONDS)
        data.unsigned(24, self.volatility.reference, 128)
        data.unsigned(40, self.volatility.accumulated, 128)
        creator = made_up_address("dbc creator", self.base.mint)
        keys = (dbc_config_address(), creator, self.base.mint, *self.vaults)
        for position, key in enumerate(keys):
            data.key(72 + 32 * position, key)
        data.unsigned(232, self.base_reserve)
        data.unsigned(240, self.quote_reserve)
        data.unsigned(256, self.protocol_fee)
        data.unsigned(272, self.partner_fee)
        data.unsigned(280, self.sqrt_price, 128)
        data.unsigned(296, STARTED_AT_SECONDS)
        data.unsigned(305, int(self.progress == MOVED), 8)
        data.unsigned(308, self.progress, 8)
        data.unsigned(344, STARTED_AT_SECONDS if self.progress else 0)
        data.unsigned(370, 1, 8)
        return bytes(data)
