"""The two curves of DAMM v2: one stretch of liquidity between two prices, or two reserves."""

from dataclasses import dataclass
from fractions import Fraction

from bot.domain.errors import PoolTooThin
from bot.domain.pools.constant_product import input_for_output, output_for_input
from bot.domain.pools.meteora_prices import (
    counted,
    first_between,
    price_after_first,
    price_after_second,
    second_between,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeCurve:
    """The same liquidity from the lowest square-root price (Q64.64) to the highest.

    Source: cp-amm `liquidity_handler/concentrated_liquidity.rs`.
    """

    lowest: int
    highest: int
    sqrt_price: int
    liquidity: int

    def price(self) -> Fraction:
        """Give the second token's units per unit of the first."""
        return Fraction(self.sqrt_price**2, 2**128)

    def output(self, *, first_in: bool, net_in: int) -> int:
        """Give what an input draws, rounded down; raises `PoolTooThin` beyond the range."""
        self._require_liquidity()
        if first_in:
            end = price_after_first(self.sqrt_price, self.liquidity, net_in)
            if end < self.lowest:
                raise self._too_much(first_in=True)
            return counted(second_between(end, self.sqrt_price, self.liquidity, round_up=False))
        end = price_after_second(self.sqrt_price, self.liquidity, net_in)
        if end > self.highest:
            raise self._too_much(first_in=False)
        return counted(first_between(self.sqrt_price, end, self.liquidity, round_up=False))

    def input(self, *, first_in: bool, gross_out: int) -> int:
        """Give the input that draws `gross_out`, rounded up; raises `PoolTooThin`."""
        self._require_liquidity()
        if first_in:
            end = price_after_second(self.sqrt_price, self.liquidity, -gross_out)
            if end < self.lowest:
                raise PoolTooThin("the pool does not hold that much")
            return counted(first_between(end, self.sqrt_price, self.liquidity, round_up=True))
        end = price_after_first(self.sqrt_price, self.liquidity, -gross_out)
        if end > self.highest:
            raise PoolTooThin("the pool does not hold that much")
        return counted(second_between(self.sqrt_price, end, self.liquidity, round_up=True))

    def _require_liquidity(self) -> None:
        if self.liquidity < 1:
            raise PoolTooThin("the pool is empty", 0)

    def _too_much(self, *, first_in: bool) -> PoolTooThin:
        if first_in:
            most = first_between(self.lowest, self.sqrt_price, self.liquidity, round_up=False)
        else:
            most = second_between(self.sqrt_price, self.highest, self.liquidity, round_up=False)
        return PoolTooThin("beyond the end of the pool's prices", most)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservesCurve:
    """Two reserves whose product never falls: the compounding mode.

    Source: cp-amm `liquidity_handler/compounding_liquidity.rs`.
    """

    first_reserve: int
    second_reserve: int

    def price(self) -> Fraction:
        """Give the second token's units per unit of the first, 0 if either side is empty."""
        if self._is_empty():
            return Fraction(0)
        return Fraction(self.second_reserve, self.first_reserve)

    def output(self, *, first_in: bool, net_in: int) -> int:
        """Give what an input draws, rounded down; raises `PoolTooThin` for an empty pool."""
        reserve_in, reserve_out = self._facing(first_in=first_in)
        return output_for_input(net_in, reserve_in, reserve_out)

    def input(self, *, first_in: bool, gross_out: int) -> int:
        """Give the input that draws `gross_out`, rounded up; raises `PoolTooThin`."""
        reserve_in, reserve_out = self._facing(first_in=first_in)
        if gross_out >= reserve_out:
            raise PoolTooThin("the pool does not hold that much")
        return input_for_output(gross_out, reserve_in, reserve_out)

    def _facing(self, *, first_in: bool) -> tuple[int, int]:
        if self._is_empty():
            raise PoolTooThin("the pool is empty", 0)
        sides = (self.first_reserve, self.second_reserve)
        return sides if first_in else sides[::-1]

    def _is_empty(self) -> bool:
        return min(self.first_reserve, self.second_reserve) < 1
