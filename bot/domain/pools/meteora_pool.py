"""Swaps in Meteora's DAMM v2 and DBC pools: one shell of fees around three kinds of curve."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from bot.domain.errors import PoolTooThin
from bot.domain.pools.amounts import MAX_UNITS, require_units
from bot.domain.pools.meteora_fees import RATE_ONE, MeteoraFees, fee_of, with_fee
from bot.domain.pools.sides import Trade
from bot.domain.pools.smallest_input import smallest_input

_TRIES = 4  # the rate may depend on the amount that it makes


class MeteoraCurve(Protocol):
    """What a pool gives for an amount, fees aside."""

    def price(self) -> Fraction:
        """Give the second token's units per unit of the first, 0 if the pool is empty."""

    def output(self, *, first_in: bool, net_in: int) -> int:
        """Give what an input draws, rounded down; raises `PoolTooThin` (limit: net input)."""

    def input(self, *, first_in: bool, gross_out: int) -> int:
        """Give about the input that draws `gross_out`, rounded up; raises `PoolTooThin`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteoraPool:
    """A curve with its fees, and with what it could pay out of each side.

    Fees are taken of the second token alone (`is_fee_in_second`), or of whatever comes out.
    Source: cp-amm `state/pool.rs` and dynamic-bonding-curve `state/virtual_pool.rs`,
    `get_swap_result_from_exact_input`.
    """

    curve: MeteoraCurve
    fees: MeteoraFees
    is_fee_in_second: bool
    first_payable: int
    second_payable: int

    def price(self) -> Fraction:
        """Give the second token's units per unit of the first, 0 if the pool is empty."""
        return self.curve.price()

    def exact_in(self, *, first_in: bool, amount: int) -> Trade:
        """Swap all of `amount`; raises `PoolTooThin`."""
        trade = self._swap(first_in=first_in, amount=amount)
        if trade.amount_out < 1:
            raise PoolTooThin("so little that nothing would come out")
        if trade.gross_out > self.payable(first=not first_in):
            raise PoolTooThin("the pool cannot pay that much")
        return trade

    def exact_out(self, *, first_in: bool, amount: int) -> Trade:
        """Find the smallest input that yields at least `amount`; raises `PoolTooThin`.

        Where the rate grows with the size its rounding is coarse: an input a few units smaller
        may then do too.
        """

        def is_enough(amount_in: int) -> bool:
            try:
                return self._swap(first_in=first_in, amount=amount_in).amount_out >= amount
            except PoolTooThin:
                return True  # beyond the end: if nothing less is enough, nothing is

        if amount > self.payable(first=not first_in):
            raise PoolTooThin("the pool does not hold that much")
        estimate = min(self._estimate(first_in=first_in, amount=amount), MAX_UNITS)
        smallest = require_units(smallest_input(is_enough, estimate))
        return self.exact_in(first_in=first_in, amount=smallest)

    def payable(self, *, first: bool) -> int:
        """Give what could come out of a side."""
        return self.first_payable if first else self.second_payable

    def _swap(self, *, first_in: bool, amount: int) -> Trade:
        rate = self.fees.rate(amount, first_in=first_in)
        is_fee_on_input = self.is_fee_in_second and not first_in
        net_in = amount - fee_of(amount, rate) if is_fee_on_input else amount
        try:
            gross_out = self.curve.output(first_in=first_in, net_in=net_in)
        except PoolTooThin as error:
            if is_fee_on_input and error.limit_units is not None:
                raise PoolTooThin(error.reason, self._before_fee(error.limit_units)) from error
            raise
        fee = amount - net_in if is_fee_on_input else fee_of(gross_out, rate)
        return Trade(
            amount_in=amount,
            amount_out=gross_out if is_fee_on_input else gross_out - fee,
            net_in=net_in,
            gross_out=gross_out,
            fee_units=fee,
            is_fee_on_input=is_fee_on_input,
        )

    def _before_fee(self, net_in: int) -> int:
        # The lowest rate gives the smallest input: what is left of it after any rate still fits.
        rate = min(self.fees.base_rate + self.fees.variable_rate, self.fees.most_rate)
        return net_in * RATE_ONE // (RATE_ONE - rate)

    def _estimate(self, *, first_in: bool, amount: int) -> int:
        is_fee_on_input = self.is_fee_in_second and not first_in
        if not is_fee_on_input:
            gross_out = with_fee(amount, self.fees.rate(amount, first_in=first_in))
            return self.curve.input(first_in=first_in, gross_out=gross_out)
        net_in = self.curve.input(first_in=first_in, gross_out=amount)
        paid = net_in
        for _ in range(_TRIES):
            paid = with_fee(net_in, self.fees.rate(paid, first_in=first_in))
        return paid
