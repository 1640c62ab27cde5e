"""Swaps on pump.fun's bonding curve and in PumpSwap's pools, whose quote is partly virtual."""

from dataclasses import dataclass
from fractions import Fraction

from bot.domain.errors import PoolTooThin
from bot.domain.pools.amounts import MAX_UNITS, ceil_div, require_units
from bot.domain.pools.constant_product import input_for_output, output_for_input
from bot.domain.pools.pump_fees import BPS, PumpFees
from bot.domain.pools.sides import Trade

# Three fees that round up on their own move an answer by at most three units, so the
# smallest input lies within a few steps of the smooth estimate (fees below one half).
_STEPS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpPool:
    """A constant product of reserves as the program counts them; the first side is the base.

    `base_payable` and `quote_payable` are what is really there: the curve's real
    reserves, or the pool's vaults less the fees that they keep for others. All fees are in
    quote: on top of a purchase, out of a sale.

    A purchase follows `buy_exact_sol_in` (documented in pump's IDL) and
    `buy_exact_quote_in`; a sale follows `sell` (pump-sdk 2.0.0, pump-swap-sdk 1.20.0).
    """

    base_reserve: int
    quote_reserve: int
    base_payable: int
    quote_payable: int
    fees: PumpFees

    def price(self) -> Fraction:
        """Give the quote units per base unit, 0 if the pool is empty."""
        if self._is_empty():
            return Fraction(0)
        return Fraction(self.quote_reserve, self.base_reserve)

    def exact_in(self, *, first_in: bool, amount: int) -> Trade:
        """Swap all of `amount`; raises `PoolTooThin`."""
        self._require_reserves()
        return self._sale(amount) if first_in else self._purchase(amount)

    def exact_out(self, *, first_in: bool, amount: int) -> Trade:
        """Find the smallest input that yields at least `amount`; raises `PoolTooThin`."""
        self._require_reserves()
        find = self._smallest_sale if first_in else self._smallest_budget
        return self.exact_in(first_in=first_in, amount=require_units(find(amount)))

    def payable(self, *, first: bool) -> int:
        """Give the base (or quote) that can really come out."""
        return self.base_payable if first else self.quote_payable

    def _purchase(self, budget: int) -> Trade:
        spent = self._spent_of(budget)
        bought = output_for_input(max(spent - 1, 0), self.quote_reserve, self.base_reserve)
        if bought < 1:
            raise PoolTooThin("so little that nothing would come out")
        if bought > self.base_payable and budget > self._largest_budget():
            raise PoolTooThin("the pool does not hold that much", self._largest_budget())
        paid = min(bought, self.base_payable)
        return Trade(
            amount_in=budget,
            amount_out=paid,
            net_in=spent,
            gross_out=paid,
            fee_units=budget - spent,
            is_fee_on_input=True,
        )

    def _sale(self, amount: int) -> Trade:
        raised = output_for_input(amount, self.base_reserve, self.quote_reserve)
        paid = raised - self.fees.fee(raised)
        if paid < 1:
            raise PoolTooThin("so little that nothing would come out")
        if raised - self.fees.lp_fee(raised) > self.quote_payable:
            raise PoolTooThin("the pool cannot pay that much", self._largest_sale())
        return Trade(
            amount_in=amount,
            amount_out=paid,
            net_in=amount,
            gross_out=raised,
            fee_units=raised - paid,
            is_fee_on_input=False,
        )

    def _spent_of(self, budget: int) -> int:
        spent = budget * BPS // (BPS + self.fees.total_bps)
        excess = spent + self.fees.fee(spent) - budget
        return spent - max(excess, 0)

    def _smallest_budget(self, bought: int) -> int:
        if bought > self.base_payable or bought >= self.base_reserve:
            raise PoolTooThin("the pool does not hold that much", self._largest_budget())
        spent = input_for_output(bought, self.quote_reserve, self.base_reserve) + 1
        lowest = ceil_div(spent * (BPS + self.fees.total_bps), BPS)
        budgets = range(lowest, lowest + _STEPS)
        return next(budget for budget in budgets if self._spent_of(budget) >= spent)

    def _smallest_sale(self, paid: int) -> int:
        lowest = ceil_div(paid * BPS, BPS - self.fees.total_bps)
        for raised in range(lowest, min(lowest + _STEPS, self.quote_reserve)):
            amount = input_for_output(raised, self.base_reserve, self.quote_reserve)
            really_raised = output_for_input(amount, self.base_reserve, self.quote_reserve)
            if really_raised - self.fees.fee(really_raised) >= paid:
                return amount
        raise PoolTooThin("the pool cannot pay that much", self._largest_sale())

    def _largest_budget(self) -> int:
        """Give the smallest budget that buys all there is; it may pay for a little more."""
        most = min(self.base_payable, self.base_reserve - 1)
        return min(self._smallest_budget(most), MAX_UNITS) if most > 0 else 0

    def _largest_sale(self) -> int:
        """Give the largest sale whose proceeds the pool can pay."""
        if self.quote_payable < 1:
            return 0
        raised = ((self.quote_payable + 1) * BPS - 1) // (BPS - self.fees.lp_bps)
        room = self.quote_reserve - raised - 1
        if room < 1:
            return MAX_UNITS
        return min(((raised + 1) * self.base_reserve - 1) // room, MAX_UNITS)

    def _is_empty(self) -> bool:
        return min(self.base_reserve, self.quote_reserve) < 1

    def _require_reserves(self) -> None:
        if self._is_empty():
            raise PoolTooThin("the pool is empty", 0)
