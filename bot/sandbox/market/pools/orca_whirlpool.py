"""Orca Whirlpool: concentrated liquidity with Orca's ticks, fees and layout."""

from dataclasses import dataclass

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.account_data import AccountData
from bot.sandbox.market.layouts.addresses import (
    WHIRLPOOL,
    WHIRLPOOLS_CONFIG,
    anchor_discriminator,
    bump,
    derive,
    made_up_address,
)
from bot.sandbox.market.pools.concentrated import ConcentratedPool, Side
from bot.sandbox.market.pools.liquidity import LiquidityMap, OrcaLiquidity
from bot.sandbox.market.pools.ticks import ORCA_SCALE, TickScale
from bot.sandbox.solana_rpc.chain import Placement

POOL_SIZE = 653
BPS = 10_000
FEE_RATES = {1: 100, 2: 200, 4: 400, 8: 500, 16: 1_600, 64: 3_000, 96: 6_500, 128: 10_000}
"""Fee in millionths by tick spacing, as the fee tiers of the mainnet config have it."""
PROTOCOL_FEE_BPS = 1_300


@dataclass(slots=True, kw_only=True)
class OrcaWhirlpool(ConcentratedPool):
    """A Whirlpool of Orca's own configuration; whirlpool math/swap_math.rs at 630c0e0."""

    kind: str = "orca_whirlpool"

    @property
    def address(self) -> Pubkey:
        """Where the pool is."""
        return derive(WHIRLPOOL, *self._seeds)

    @property
    def fee_rate(self) -> int:
        """Fee in millionths of the input."""
        return FEE_RATES[self.spacing]

    @property
    def scale(self) -> TickScale:
        """Orca's own prices of ticks."""
        return ORCA_SCALE

    @property
    def _seeds(self) -> tuple[bytes | Pubkey, ...]:
        return b"whirlpool", WHIRLPOOLS_CONFIG, *self.mints, self.spacing.to_bytes(2, "little")

    def _made_vaults(self) -> tuple[Pubkey, Pubkey]:
        words = ("whirlpool vault", self.spacing, *self.mints)
        return made_up_address(*words, "a"), made_up_address(*words, "b")

    def _empty_map(self) -> LiquidityMap:
        return OrcaLiquidity(spacing=self.spacing)

    def _share_fee(self, side: Side, fee: int) -> None:
        protocol = fee * PROTOCOL_FEE_BPS // BPS
        side.protocol_fee_units += protocol
        self._grow_fees(side, fee - protocol)

    def _own_placement(self) -> Placement:
        return Placement(address=self.address, owner=WHIRLPOOL, data=self._data())

    def _data(self) -> bytes:
        data = AccountData(POOL_SIZE, anchor_discriminator("Whirlpool"))
        data.key(8, WHIRLPOOLS_CONFIG)
        data.unsigned(40, bump(WHIRLPOOL, *self._seeds), 8)
        data.unsigned(41, self.spacing, 16)
        data.unsigned(43, self.spacing, 16)
        data.unsigned(45, self.fee_rate, 16)
        data.unsigned(47, PROTOCOL_FEE_BPS, 16)
        data.unsigned(49, self.liquidity, 128)
        data.unsigned(65, self.sqrt_price, 128)
        data.signed(81, self.tick, 32)
        for position, side in enumerate(self.sides):
            data.unsigned(85 + 8 * position, side.protocol_fee_units)
            data.key(101 + 80 * position, side.asset.mint)
            data.key(133 + 80 * position, side.vault)
            data.unsigned(165 + 80 * position, side.fee_growth, 128)
        return bytes(data)
