"""Fees that adapt: a fixed rate, and a rate that grows with the ticks lately crossed."""

from dataclasses import dataclass

from bot.domain.pools.amounts import ceil_div
from bot.domain.pools.sqrt_price import MAX_TICK, MIN_TICK

_HIGHEST_RATE = 100_000  # ten percent
_PER_GROUP = 10_000
_CONTROL_ONE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptiveFee:
    """The fee by group of ticks, in millionths; it grows away from `reference_group`.

    Source: whirlpool `manager/fee_rate_manager.rs` and `state/oracle.rs`. Where the rate
    has reached its height we walk on by groups or in one leap: the answers differ from the
    program's by single units at most. Raydium's CLMM took the fee over (`pool_fee.rs`); there
    a rate at its height is kept for the whole stretch, whichever way (`keeps_height`).
    """

    fixed_rate: int
    control_factor: int
    highest_volatility: int
    group_size: int
    reference_group: int
    volatility_reference: int
    keeps_height: bool = False

    def group_of(self, tick: int) -> int:
        """Give the group that a tick lies in."""
        return tick // self.group_size

    def rate_in(self, group: int) -> int:
        """Give the whole rate within a group."""
        crossed = self._volatility_in(group) * self.group_size
        moving = ceil_div(self.control_factor * crossed**2, _CONTROL_ONE * _PER_GROUP**2)
        return min(self.fixed_rate + moving, _HIGHEST_RATE)

    def boundary_tick(self, group: int, *, downwards: bool) -> int:
        """Give the tick at which a group is left."""
        tick = (group if downwards else group + 1) * self.group_size
        return min(max(tick, MIN_TICK), MAX_TICK)

    def is_settled(self, group: int, *, downwards: bool) -> bool:
        """Tell whether the rate stays as it is for the whole way from here."""
        is_leaving = group < self.reference_group if downwards else group > self.reference_group
        is_highest = self._volatility_in(group) >= self.highest_volatility
        return self.control_factor == 0 or (is_highest and (is_leaving or self.keeps_height))

    def _volatility_in(self, group: int) -> int:
        distance = abs(self.reference_group - group)
        return min(self.volatility_reference + distance * _PER_GROUP, self.highest_volatility)
