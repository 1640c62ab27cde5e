"""Swaps through bins of liquidity (Meteora DLMM), walked bin by bin as far as they are known."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from bot.domain.errors import PoolTooThin
from bot.domain.pools.amounts import MAX_UNITS
from bot.domain.pools.bin_fee import BinFee
from bot.domain.pools.bins import Bin, Fill
from bot.domain.pools.sides import Trade
from bot.domain.pools.smallest_input import smallest_input


@dataclass(frozen=True, slots=True, kw_only=True)
class BinnedPool:
    """A pool whose price stands still within a bin and moves when the bin is empty.

    `bins` ascend and are all that hold anything as far as the accounts show: those above
    `active_bin` hold the first token, those below it the second. `spot` is the active bin's
    price. `first_payable` and `second_payable` are what could come out at most. The fee is
    taken of the input, or `is_fee_in_second` always of the second token.
    Source: dlmm-sdk `quote.rs`.
    """

    active_bin: int
    bins: tuple[Bin, ...]
    fee: BinFee
    spot: Fraction
    first_payable: int
    second_payable: int
    is_fee_in_second: bool = False

    def price(self) -> Fraction:
        """Give the second token's units per unit of the first."""
        return self.spot

    def exact_in(self, *, first_in: bool, amount: int) -> Trade:
        """Swap all of `amount`; raises `PoolTooThin` beyond the known bins."""
        walk = _Walk(pool=self, first_in=first_in).spend(amount)
        if walk.amount_out < 1:
            raise PoolTooThin("so little that nothing would come out")
        if walk.amount_out > self.payable(first=not first_in):
            raise PoolTooThin("the pool does not hold that much")
        is_fee_on_input = self.is_fee_on_input(first_in=first_in)
        return Trade(
            amount_in=amount,
            amount_out=walk.amount_out,
            net_in=amount - walk.fee if is_fee_on_input else amount,
            gross_out=walk.amount_out if is_fee_on_input else walk.amount_out + walk.fee,
            fee_units=walk.fee,
            is_fee_on_input=is_fee_on_input,
        )

    def exact_out(self, *, first_in: bool, amount: int) -> Trade:
        """Find the smallest input that yields at least `amount`; raises `PoolTooThin`."""

        def is_enough(amount_in: int) -> bool:
            walk = _Walk(pool=self, first_in=first_in).spend(amount_in)
            return walk.amount_out >= amount

        estimate = _Walk(pool=self, first_in=first_in).draw(amount).amount_in
        smallest = smallest_input(is_enough, min(estimate, MAX_UNITS))
        return self.exact_in(first_in=first_in, amount=smallest)

    def payable(self, *, first: bool) -> int:
        """Give the bound of what could come out of a side."""
        return self.first_payable if first else self.second_payable

    def is_fee_on_input(self, *, first_in: bool) -> bool:
        """Tell whether the fee is taken before the swap rather than from what comes out."""
        return not (self.is_fee_in_second and first_in)

    def met(self, *, first_in: bool) -> Iterator[Bin]:
        """Give the bins that a swap meets and that can pay it, the active one first."""
        for found in reversed(self.bins) if first_in else self.bins:
            beyond = found.bin_id - self.active_bin
            is_ahead = beyond <= 0 if first_in else beyond >= 0
            if is_ahead and found.payable(first_in=first_in):
                yield found


class _Walk:
    """One walk through a pool's bins, adding up what each took and gave."""

    def __init__(self, *, pool: BinnedPool, first_in: bool) -> None:
        self._pool = pool
        self._first_in = first_in
        self._is_fee_on_input = pool.is_fee_on_input(first_in=first_in)
        self.amount_in = 0  # with fees
        self.amount_out = 0
        self.fee = 0

    def spend(self, amount: int) -> "_Walk":
        """Walk until all of `amount` is spent."""
        for found in self._pool.met(first_in=self._first_in):
            self._add(found, found.exact_in, amount - self.amount_in)
            if self.amount_in >= amount:
                return self
        raise PoolTooThin("the swap goes beyond the bins that are known", self.amount_in)

    def draw(self, amount: int) -> "_Walk":
        """Walk until `amount` has come out."""
        for found in self._pool.met(first_in=self._first_in):
            self._add(found, found.exact_out, amount - self.amount_out)
            if self.amount_out >= amount:
                return self
        raise PoolTooThin("the swap goes beyond the bins that are known", self.amount_in)

    def _add(self, found: Bin, fill_with: Callable[..., Fill], amount: int) -> None:
        fill = fill_with(
            amount,
            first_in=self._first_in,
            rate=self._pool.fee.rate_in(found.bin_id),
            is_fee_on_input=self._is_fee_on_input,
        )
        self.amount_in += fill.amount_in
        self.amount_out += fill.amount_out
        self.fee += fill.fee
