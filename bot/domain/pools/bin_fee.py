"""Meteora DLMM's fee: a base rate, and one that grows with the bins lately crossed."""

from dataclasses import dataclass

from bot.domain.pools.amounts import ceil_div

FEE_ONE = 1_000_000_000  # rates are in billionths
_HIGHEST_RATE = 100_000_000  # ten percent
_PER_BIN = 10_000
_CONTROL_ONE = 100_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BinFee:
    """The fee by bin; it grows away from `reference_bin`.

    Source: dlmm-sdk `extensions/lb_pair.rs`.
    """

    base_rate: int
    bin_step: int
    control_factor: int = 0
    highest_volatility: int = 0
    reference_bin: int = 0
    volatility_reference: int = 0

    def rate_in(self, bin_id: int) -> int:
        """Give the whole rate within a bin."""
        distance = abs(self.reference_bin - bin_id)
        crossed = self.volatility_reference + distance * _PER_BIN
        volatility = min(crossed, self.highest_volatility) * self.bin_step
        moving = ceil_div(self.control_factor * volatility**2, _CONTROL_ONE)
        return min(self.base_rate + moving, _HIGHEST_RATE)


def fee_within(amount: int, rate: int) -> int:
    """Give the fee that is part of an amount, rounded up."""
    return ceil_div(amount * rate, FEE_ONE)


def fee_beside(net: int, rate: int) -> int:
    """Give the fee that comes on top of an amount, rounded up."""
    return ceil_div(net * rate, FEE_ONE - rate)
