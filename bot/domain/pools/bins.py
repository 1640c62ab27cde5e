"""One bin of a Meteora DLMM pool: all that lies in it trades at one price."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.errors import PoolTooThin
from bot.domain.pools.amounts import MAX_UNITS, ceil_div
from bot.domain.pools.bin_fee import fee_beside, fee_within

_Q64 = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """What one bin took in and gave out, and its fee.

    A fee on the input is part of `amount_in`; one on the output has left `amount_out`.
    """

    amount_in: int
    amount_out: int
    fee: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """What lies in a bin at its Q64.64 price: second units per first unit.

    `resting_first` and `resting_second` are limit orders, those begun before those whole: they
    are taken after the liquidity of the bin.
    """

    bin_id: int
    price: int
    first_units: int
    second_units: int
    resting_first: tuple[int, ...] = ()
    resting_second: tuple[int, ...] = ()

    def payable(self, *, first_in: bool) -> int:
        """Give all that could come out for a swap of the first (or second) token."""
        return sum(self._layers(first_in=first_in))

    def exact_in(self, amount: int, *, first_in: bool, rate: int, is_fee_on_input: bool) -> Fill:
        """Spend up to `amount` with its fee; raises `PoolTooThin` where the program overflows.

        Source: dlmm-sdk `quote.rs` (`swap_exact_in_quote_at_bin`).
        """
        fee = fee_within(amount, rate) if is_fee_on_input else 0
        offered = amount - fee
        net_in, gross_out = self._take(offered, first_in=first_in)
        if not is_fee_on_input:
            fee = fee_within(gross_out, rate)
            return Fill(amount_in=net_in, amount_out=gross_out - fee, fee=fee)
        if net_in < offered:
            fee = fee_beside(net_in, rate)
        return Fill(amount_in=net_in + fee, amount_out=gross_out, fee=fee)

    def exact_out(self, amount: int, *, first_in: bool, rate: int, is_fee_on_input: bool) -> Fill:
        """Draw up to `amount`; raises `PoolTooThin` where the program overflows."""
        gross = amount if is_fee_on_input else amount + fee_beside(amount, rate)
        net_in = gross_out = 0
        for layer in self._layers(first_in=first_in):
            drawn = min(layer, gross - gross_out)
            net_in += self._input_for(drawn, first_in=first_in)
            gross_out += drawn
        if is_fee_on_input:
            fee = fee_beside(net_in, rate)
            return Fill(amount_in=net_in + fee, amount_out=gross_out, fee=fee)
        fee = fee_within(gross_out, rate)
        return Fill(amount_in=net_in, amount_out=gross_out - fee, fee=fee)

    def _layers(self, *, first_in: bool) -> Iterator[int]:
        yield self.second_units if first_in else self.first_units
        yield from self.resting_second if first_in else self.resting_first

    def _take(self, offered: int, *, first_in: bool) -> tuple[int, int]:
        """Give what is taken of an offer, and what is paid for it."""
        left, paid = offered, 0
        for layer in self._layers(first_in=first_in):
            if not layer:
                continue
            whole = self._input_for(layer, first_in=first_in)
            if left < whole:
                return offered, paid + self._output_of(left, first_in=first_in)
            left, paid = left - whole, paid + layer
        return offered - left, paid

    def _output_of(self, net_in: int, *, first_in: bool) -> int:
        return net_in * self.price >> _Q64 if first_in else (net_in << _Q64) // self.price

    def _input_for(self, gross_out: int, *, first_in: bool) -> int:
        if first_in:
            net_in = ceil_div(gross_out << _Q64, self.price)
        else:
            net_in = ceil_div(gross_out * self.price, 1 << _Q64)
        if net_in > MAX_UNITS:
            raise PoolTooThin("beyond what the program can count")
        return net_in
