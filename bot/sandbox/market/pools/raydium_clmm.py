"""Raydium CLMM: concentrated liquidity with Raydium's ticks, fees and layout."""

from dataclasses import dataclass

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.account_data import AccountData
from bot.sandbox.market.layouts.addresses import (
    RAYDIUM_CLMM,
    anchor_discriminator,
    bump,
    derive,
    made_up_address,
)
from bot.sandbox.market.layouts.clmm_configs import (
    CLMM_FUND_FEE,
    CLMM_PROTOCOL_FEE,
    clmm_config_address,
    clmm_tier,
)
from bot.sandbox.market.pools.concentrated import MILLION, ConcentratedPool, Side
from bot.sandbox.market.pools.liquidity import LiquidityMap, RaydiumLiquidity
from bot.sandbox.market.pools.ticks import RAYDIUM_SCALE, TickScale
from bot.sandbox.solana_rpc.chain import Placement

POOL_SIZE = 1_544


@dataclass(slots=True, kw_only=True)
class RaydiumClmmPool(ConcentratedPool):
    """A CLMM pool of the configuration with its tick spacing (1, 10, 60 or 120).

    Arithmetic: raydium-clmm libraries/swap_math.rs at 03b44b7, fees on the input, none that
    adapts.
    """

    kind: str = "raydium_clmm"

    @property
    def address(self) -> Pubkey:
        """Where the pool is."""
        return derive(RAYDIUM_CLMM, *self._seeds)

    @property
    def config(self) -> Pubkey:
        """The AmmConfig that holds the fees."""
        return clmm_config_address(clmm_tier(self.spacing).index)

    @property
    def fee_rate(self) -> int:
        """Fee in millionths of the input."""
        return clmm_tier(self.spacing).trade_fee

    @property
    def scale(self) -> TickScale:
        """Raydium's own prices of ticks."""
        return RAYDIUM_SCALE

    @property
    def _seeds(self) -> tuple[bytes | Pubkey, ...]:
        return b"pool", self.config, *self.mints

    def _made_vaults(self) -> tuple[Pubkey, Pubkey]:
        first, second = self.mints
        return (
            derive(RAYDIUM_CLMM, b"pool_vault", self.address, first),
            derive(RAYDIUM_CLMM, b"pool_vault", self.address, second),
        )

    def _empty_map(self) -> LiquidityMap:
        return RaydiumLiquidity(spacing=self.spacing)

    def _share_fee(self, side: Side, fee: int) -> None:
        protocol, fund = fee * CLMM_PROTOCOL_FEE // MILLION, fee * CLMM_FUND_FEE // MILLION
        side.protocol_fee_units += protocol
        side.fund_fee_units += fund
        self._grow_fees(side, fee - protocol - fund)

    def _own_placement(self) -> Placement:
        return Placement(address=self.address, owner=RAYDIUM_CLMM, data=self._data())

    def _data(self) -> bytes:
        assert isinstance(self.map, RaydiumLiquidity)  # noqa: S101 - made so above
        address = self.address
        data = AccountData(POOL_SIZE, anchor_discriminator("PoolState"))
        data.unsigned(8, bump(RAYDIUM_CLMM, *self._seeds), 8)
        keys = (
            self.config,
            made_up_address("clmm creator", self.base.mint),
            *self.mints,
            *self.vaults,
            derive(RAYDIUM_CLMM, b"observation", address),
        )
        for position, key in enumerate(keys):
            data.key(9 + 32 * position, key)
        data.raw(233, bytes(side.asset.decimals for side in self.sides))
        data.unsigned(235, self.spacing, 16)
        data.unsigned(237, self.liquidity, 128)
        data.unsigned(253, self.sqrt_price, 128)
        data.signed(269, self.tick, 32)
        for position, side in enumerate(self.sides):
            data.unsigned(277 + 16 * position, side.fee_growth, 128)
            data.unsigned(309 + 8 * position, side.protocol_fee_units)
            data.unsigned(1_064 + 8 * position, side.fund_fee_units)
        data.raw(904, self.map.bitmap.to_bytes(128, "little"))
        return bytes(data)
