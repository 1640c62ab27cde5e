"""What every pool's arithmetic offers, told in the pool's own first and second token."""

from fractions import Fraction
from typing import Protocol

from bot.domain.values import value


@value
class Trade:
    """One swap in units of the token that goes in and of the one that comes out.

    `net_in` is what moves the pool after fees on the input, `gross_out` what it gives
    before fees on the output. `fee_units` is in the input's units when `is_fee_on_input`.
    """

    amount_in: int
    amount_out: int
    net_in: int
    gross_out: int
    fee_units: int
    is_fee_on_input: bool


class TwoSidedPool(Protocol):
    """A pool of two tokens; `first_in` says that the first one is paid in."""

    def price(self) -> Fraction:
        """Give the second token's units per unit of the first, 0 if the pool is empty."""

    def exact_in(self, *, first_in: bool, amount: int) -> Trade:
        """Swap all of `amount`; raises `PoolTooThin`."""

    def exact_out(self, *, first_in: bool, amount: int) -> Trade:
        """Find the smallest input that yields at least `amount`; raises `PoolTooThin`."""

    def payable(self, *, first: bool) -> int:
        """Give how many units of the first (or second) token can really come out."""
