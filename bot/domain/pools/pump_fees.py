"""Which fees pump.fun's curve and PumpSwap's pools take, by quote mint and market cap."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.identifiers import SOL_MINT, USDC_MINT
from bot.domain.pools.amounts import ceil_div

BPS = 10_000
CURVE_SUPPLY = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpFees:
    """Three shares in hundredths of a percent, each rounded up on its own."""

    lp_bps: int = 0
    protocol_bps: int = 0
    creator_bps: int = 0

    @property
    def total_bps(self) -> int:
        """Give the sum of the three shares."""
        return self.lp_bps + self.protocol_bps + self.creator_bps

    def fee(self, amount: int) -> int:
        """Give all fees on a quote amount."""
        shares = (self.lp_bps, self.protocol_bps, self.creator_bps)
        return sum(ceil_div(amount * share, BPS) for share in shares)

    def lp_fee(self, amount: int) -> int:
        """Give the part that stays in the pool."""
        return ceil_div(amount * self.lp_bps, BPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTier:
    """The fees from a market cap (in quote units) upwards."""

    from_market_cap: int
    fees: PumpFees


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeSchedule:
    """The fee program's configuration for one of the two programs."""

    flat: PumpFees
    sol_tiers: tuple[FeeTier, ...]
    stable_tiers: tuple[FeeTier, ...] = ()
    exotic: PumpFees = PumpFees()

    def fees_for(self, *, is_canonical: bool, quote_mint: str, market_cap: int) -> PumpFees:
        """Choose as `fees_for_quote_mint` of pump-fees does (pump-swap-sdk 1.20.0).

        Pools that pump.fun did not create pay the flat fees; SOL and USDC quotes pay the
        tier of the market cap; any other quote pays the exotic fees, if any are set.
        """
        if not is_canonical:
            return self.flat
        if quote_mint == SOL_MINT:
            return _tier(self.sol_tiers, market_cap) or self.flat
        if quote_mint == USDC_MINT:
            return _tier(self.stable_tiers or self.sol_tiers, market_cap) or self.flat
        return self.exotic if self.exotic.total_bps else self.flat


def market_cap(*, quote_reserve: int, base_reserve: int, supply: int) -> int:
    """Give the price times the supply in quote units, 0 for an empty pool."""
    return max(quote_reserve, 0) * supply // base_reserve if base_reserve else 0


def _tier(tiers: Sequence[FeeTier], cap: int) -> PumpFees | None:
    chosen = next((tier for tier in reversed(tiers) if cap >= tier.from_market_cap), None)
    if chosen is None:
        chosen = tiers[0] if tiers else None
    return chosen.fees if chosen else None


# The highest published fees (pump.fun's fee page, September 2025): for when no
# configuration account is at hand, so that paper never looks better than the chain.
CURVE_FEES_ASSUMED = PumpFees(protocol_bps=95, creator_bps=30)
CANONICAL_FEES_ASSUMED = PumpFees(lp_bps=2, protocol_bps=93, creator_bps=30)
FLAT_FEES_ASSUMED = PumpFees(lp_bps=25, protocol_bps=5)
