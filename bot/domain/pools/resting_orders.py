"""Limit orders that rest at one tick of a Raydium CLMM pool, and what a swap takes of them."""

from dataclasses import dataclass

from bot.domain.errors import PoolTooThin
from bot.domain.pools.amounts import MAX_UNITS, ceil_div
from bot.domain.pools.concentrated_step import FEE_ONE, Step

_Q64 = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class RestingOrders:
    """Orders for `units` of what the swap wants, all at the price of one tick.

    Source: raydium-clmm `states/tick_array.rs` (`match_limit_order_with_sqrt_price`): the
    price is rounded against the swap, what comes out down, what must go in up.
    """

    units: int
    sqrt_price: int
    fee_rate: int
    a_to_b: bool
    is_fee_on_input: bool

    def exact_in(self, amount: int) -> Step:
        """Spend up to `amount` with its fee; raises `PoolTooThin` where the program overflows."""
        fee = ceil_div(amount * self.fee_rate, FEE_ONE) if self.is_fee_on_input else 0
        matched = self._output_of(amount - fee)
        if matched > self.units:
            return self._take(self.units)
        return self._step(amount, matched, fee)

    def exact_out(self, amount: int) -> Step:
        """Draw up to `amount`."""
        gross = amount
        if not self.is_fee_on_input:
            gross = ceil_div(amount * FEE_ONE, FEE_ONE - self.fee_rate)
        return self._take(min(gross, self.units))

    def _take(self, gross_out: int) -> Step:
        net_in = self._input_for(gross_out)
        fee = 0
        if self.is_fee_on_input:
            fee = ceil_div(net_in * self.fee_rate, FEE_ONE - self.fee_rate)
        if net_in > MAX_UNITS:
            raise PoolTooThin("beyond what the program can count")
        return self._step(net_in + fee, gross_out, fee)

    def _step(self, amount_in: int, gross_out: int, fee: int) -> Step:
        if not self.is_fee_on_input:
            fee = ceil_div(gross_out * self.fee_rate, FEE_ONE)
            gross_out -= fee
        return Step(amount_in=amount_in, amount_out=gross_out, fee=fee, sqrt_price=self.sqrt_price)

    def _price(self) -> int:
        square = self.sqrt_price**2
        return square >> _Q64 if self.a_to_b else ceil_div(square, 1 << _Q64)

    def _output_of(self, net_in: int) -> int:
        price = self._price()
        return net_in * price >> _Q64 if self.a_to_b else (net_in << _Q64) // price

    def _input_for(self, gross_out: int) -> int:
        price = self._price()
        if self.a_to_b:
            return ceil_div(gross_out << _Q64, price)
        return ceil_div(gross_out * price, 1 << _Q64)
