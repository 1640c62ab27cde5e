"""What Meteora's DAMM v2 and DBC pools charge: a base fee, and more of it by size or volatility."""

from dataclasses import dataclass

from bot.domain.errors import UnreadableAccount
from bot.domain.pools.amounts import ceil_div

RATE_ONE = 1_000_000_000  # rates are in billionths
BPS = 10_000
_Q64 = 64
_VARIABLE_SCALE = 100_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeSteps:
    """A base rate that falls from a cliff, by a fixed amount or by a share each period.

    `reduction` is in billionths, or in hundredths of a percent where the fall is exponential.
    Source: cp-amm `base_fee/fee_time_scheduler.rs` and `math/fee_math.rs`.
    """

    cliff_rate: int
    periods: int
    reduction: int
    is_exponential: bool

    def after(self, periods: int) -> int:
        """Give the rate after so many periods; raises `UnreadableAccount` if there is none."""
        passed = min(periods, self.periods)
        if not self.is_exponential:
            rate = self.cliff_rate - self.reduction * passed
        elif self.reduction:
            factor = _power((1 << _Q64) - (self.reduction << _Q64) // BPS, passed)
            rate = factor * self.cliff_rate >> _Q64
        else:
            rate = self.cliff_rate
        if rate < 0:
            raise UnreadableAccount("a fee that falls below nothing")
        return rate


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimiter:
    """A base rate on purchases that grows with each further part of the reference amount.

    Source: cp-amm `base_fee/fee_rate_limiter.rs`, `get_fee_numerator_from_included_fee_amount`.
    """

    cliff_rate: int
    step_rate: int
    most_rate: int
    reference_units: int

    def rate(self, amount: int) -> int:
        """Give the average rate on a whole amount, fee included, rounded up."""
        if amount <= self.reference_units:
            return self.cliff_rate
        parts, rest = divmod(amount - self.reference_units, self.reference_units)
        most = (self.most_rate - self.cliff_rate) // self.step_rate
        if parts < most:
            scaled = self._whole(parts) + rest * (self.cliff_rate + self.step_rate * (parts + 1))
        else:
            beyond = (parts - most) * self.reference_units + rest
            scaled = self._whole(most) + beyond * self.most_rate
        return ceil_div(ceil_div(scaled, RATE_ONE) * RATE_ONE, amount)

    def _whole(self, parts: int) -> int:
        steps = self.cliff_rate * (parts + 1) + self.step_rate * parts * (parts + 1) // 2
        return self.reference_units * steps


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteoraFees:
    """The rate of a swap at the moment of the reading, in billionths.

    `variable_rate` comes on top of the base: it follows the volatility of past swaps, which the
    program brings up to date only after a swap. `limiter`, where it is in force, replaces
    `base_rate` for what pays in the second token. The shares of protocol, partner, referrer and
    liquidity all stay with the venue.
    """

    base_rate: int
    variable_rate: int = 0
    most_rate: int
    limiter: RateLimiter | None = None

    def rate(self, amount: int, *, first_in: bool) -> int:
        """Give the rate for an amount that pays in, fee included."""
        is_limited = self.limiter is not None and not first_in
        base = self.limiter.rate(amount) if self.limiter and is_limited else self.base_rate
        return min(base + self.variable_rate, self.most_rate)


def fee_of(amount: int, rate: int) -> int:
    """Give the fee on an amount, rounded up."""
    return ceil_div(amount * rate, RATE_ONE)


def with_fee(net: int, rate: int) -> int:
    """Give what a net amount comes from, rounded up; the rate is below one."""
    return ceil_div(net * RATE_ONE, RATE_ONE - rate)


def variable_rate(volatility: int, bin_step: int, control: int) -> int:
    """Give what volatility adds, in billionths, rounded up.

    Source: cp-amm `state/fee.rs`, `get_variable_fee`.
    """
    return ceil_div((volatility * bin_step) ** 2 * control, _VARIABLE_SCALE)


def _power(base: int, exponent: int) -> int:
    """Raise a Q64.64 fraction to a power as `fee_math::pow` does: down after each product."""
    if base < 0:
        raise UnreadableAccount("a fee that falls by more than all of it")
    result = 1 << _Q64
    while exponent:
        if exponent & 1:
            result = result * base >> _Q64
        base = base * base >> _Q64
        exponent >>= 1
    if result == 0:
        raise UnreadableAccount("a fee that falls to nothing")
    return result
