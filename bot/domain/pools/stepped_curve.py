"""The curve of a Meteora DBC launch: liquidity in steps, from the first price to migration."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from bot.domain.errors import PoolTooThin
from bot.domain.pools.meteora_prices import (
    counted,
    first_between,
    price_after_first,
    price_after_second,
    second_between,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveStep:
    """A stretch of constant liquidity between two square-root prices (Q64.64)."""

    lower: int
    upper: int
    liquidity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SteppedCurve:
    """Steps that ascend without a gap; the first token is the one that is launched.

    Purchases end at the `migration_price`: there the curve is complete. Without steps only the
    price is known. Source: dynamic-bonding-curve `state/virtual_pool.rs`,
    `calculate_quote_to_base_from_amount_in` and `calculate_base_to_quote_from_amount_in`.
    """

    steps: tuple[CurveStep, ...]
    sqrt_price: int
    migration_price: int

    def price(self) -> Fraction:
        """Give the second token's units per unit of the first."""
        return Fraction(self.sqrt_price**2, 2**128)

    def output(self, *, first_in: bool, net_in: int) -> int:
        """Give what an input draws, rounded down; raises `PoolTooThin` beyond the curve."""
        left, drawn = net_in, 0
        for step in self._way(falling=first_in):
            whole = _input_over(step, falling=first_in)
            if left < whole:
                part = _part(step, left, falling=first_in)
                return counted(drawn + _output_over(part, falling=first_in))
            drawn += _output_over(step, falling=first_in)
            left -= whole
        if left:
            raise PoolTooThin("beyond the end of the curve", net_in - left)
        return counted(drawn)

    def input(self, *, first_in: bool, gross_out: int) -> int:
        """Give about the input that draws `gross_out`; raises `PoolTooThin` beyond the curve."""
        left, paid = gross_out, 0
        for step in self._way(falling=first_in):
            whole = _output_over(step, falling=first_in)
            if left <= whole:
                return counted(paid + _input_for(step, left, falling=first_in))
            paid += _input_over(step, falling=first_in)
            left -= whole
        raise PoolTooThin("the pool does not hold that much", paid)

    def first_left(self) -> int:
        """Give how much of the first token is for sale before the curve is complete."""
        return sum(_output_over(step, falling=False) for step in self._way(falling=False))

    def _way(self, *, falling: bool) -> Iterator[CurveStep]:
        """Give what lies between the price and the end that a swap goes to, in its order."""
        if not self.steps:
            raise PoolTooThin("the curve's configuration is not known", 0)
        here = self.sqrt_price
        for step in reversed(self.steps) if falling else self.steps:
            lower = step.lower if falling else max(step.lower, here)
            upper = min(step.upper, here if falling else self.migration_price)
            if lower < upper:
                yield CurveStep(lower=lower, upper=upper, liquidity=step.liquidity)


def _input_over(step: CurveStep, *, falling: bool) -> int:
    between = first_between if falling else second_between
    return between(step.lower, step.upper, step.liquidity, round_up=True)


def _output_over(step: CurveStep, *, falling: bool) -> int:
    between = second_between if falling else first_between
    return between(step.lower, step.upper, step.liquidity, round_up=False)


def _part(step: CurveStep, net_in: int, *, falling: bool) -> CurveStep:
    """Give the part of a step that an input covers, from the end that the price is at."""
    if falling:
        end = max(price_after_first(step.upper, step.liquidity, net_in), step.lower)
        return CurveStep(lower=end, upper=step.upper, liquidity=step.liquidity)
    end = price_after_second(step.lower, step.liquidity, net_in)
    return CurveStep(lower=step.lower, upper=end, liquidity=step.liquidity)


def _input_for(step: CurveStep, gross_out: int, *, falling: bool) -> int:
    if falling:
        end = max(price_after_second(step.upper, step.liquidity, -gross_out), step.lower)
        return first_between(end, step.upper, step.liquidity, round_up=True)
    end = min(price_after_first(step.lower, step.liquidity, -gross_out), step.upper)
    return second_between(step.lower, end, step.liquidity, round_up=True)
