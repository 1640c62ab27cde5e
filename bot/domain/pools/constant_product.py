"""Swaps where the product of two reserves never falls: Raydium AMM v4 and Raydium CPMM."""

from fractions import Fraction

from bot.domain.errors import PoolTooThin
from bot.domain.pools.amounts import ceil_div, require_units
from bot.domain.pools.sides import Trade
from bot.domain.values import value


def output_for_input(net_in: int, reserve_in: int, reserve_out: int) -> int:
    """Give what `net_in` draws from the other reserve, rounded down."""
    return net_in * reserve_out // (reserve_in + net_in)


def input_for_output(gross_out: int, reserve_in: int, reserve_out: int) -> int:
    """Give the smallest input that draws `gross_out`, which is below `reserve_out`."""
    return ceil_div(gross_out * reserve_in, reserve_out - gross_out)


@value
class FeeRate:
    """A share of an amount; the venue rounds its fee up. 0 <= numerator < denominator."""

    numerator: int
    denominator: int

    def fee(self, amount: int) -> int:
        """Give the fee on an amount, rounded up."""
        return ceil_div(amount * self.numerator, self.denominator)

    def gross(self, net: int) -> int:
        """Give the smallest amount that leaves at least `net` after its fee."""
        return ceil_div(net * self.denominator, self.denominator - self.numerator)


NO_FEE = FeeRate(numerator=0, denominator=1)


@value
class SwapFees:
    """What a swap in one direction pays: a share of its input and one of its output."""

    on_input: FeeRate
    on_output: FeeRate = NO_FEE


@value
class ConstantProductPool:
    """Two reserves x and y with x * y never falling.

    Fees round up, what comes out rounds down, what must go in rounds up, as in
    raydium-amm (`processor.rs`, `math.rs`) and raydium-cp-swap (`curve/calculator.rs`).
    A creator fee on the output (CPMM) is reported in units of the input, at the swap's own
    average price and rounded up, so that one figure holds the whole cost.
    """

    first_reserve: int
    second_reserve: int
    first_in_fees: SwapFees
    second_in_fees: SwapFees

    def price(self) -> Fraction:
        """Give the second token's units per unit of the first, 0 if either side is empty."""
        if min(self.first_reserve, self.second_reserve) < 1:
            return Fraction(0)
        return Fraction(self.second_reserve, self.first_reserve)

    def exact_in(self, *, first_in: bool, amount: int) -> Trade:
        """Swap all of `amount`; raises `PoolTooThin` if nothing would come out."""
        fees, reserve_in, reserve_out = self._facing(first_in=first_in)
        net_in = amount - fees.on_input.fee(amount)
        gross_out = output_for_input(net_in, reserve_in, reserve_out)
        output_fee = fees.on_output.fee(gross_out)
        if gross_out - output_fee < 1:
            raise PoolTooThin("so little that nothing would come out")
        return Trade(
            amount_in=amount,
            amount_out=gross_out - output_fee,
            net_in=net_in,
            gross_out=gross_out,
            fee_units=amount - net_in + ceil_div(output_fee * net_in, gross_out),
            is_fee_on_input=True,
        )

    def exact_out(self, *, first_in: bool, amount: int) -> Trade:
        """Find the smallest input that yields at least `amount`; raises `PoolTooThin`."""
        fees, reserve_in, reserve_out = self._facing(first_in=first_in)
        gross_out = fees.on_output.gross(amount)
        if gross_out >= reserve_out:
            raise PoolTooThin("the pool does not hold that much")
        net_in = input_for_output(gross_out, reserve_in, reserve_out)
        amount_in = require_units(fees.on_input.gross(net_in))
        return self.exact_in(first_in=first_in, amount=amount_in)

    def payable(self, *, first: bool) -> int:
        """Give a side's reserve."""
        return self.first_reserve if first else self.second_reserve

    def _facing(self, *, first_in: bool) -> tuple[SwapFees, int, int]:
        if min(self.first_reserve, self.second_reserve) < 1:
            raise PoolTooThin("the pool is empty", 0)
        if first_in:
            return self.first_in_fees, self.first_reserve, self.second_reserve
        return self.second_in_fees, self.second_reserve, self.first_reserve
