"""A concentrated pool of which only the price was read, and the rest is read if a swap is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from bot.domain.errors import PoolTooThin, UnreadableAccount
from bot.domain.pools.sides import Trade, TwoSidedPool

_ONE_SQUARED = 2**128


@dataclass(frozen=True, slots=True, kw_only=True)
class GlancedPool:
    """Price and liquidity in range, as a refresh of thousands of pools needs them.

    `whole` reads all of the pool; what it cannot read then cannot be filled. `most` is what
    could come out of each side when all of it was last read: a narrow range implies far more
    than its vaults hold.
    """

    sqrt_price: int
    liquidity: int
    most: tuple[int, int]
    whole: Callable[[], TwoSidedPool]

    def price(self) -> Fraction:
        """Give the second token's units per unit of the first."""
        return Fraction(self.sqrt_price**2, _ONE_SQUARED)

    def exact_in(self, *, first_in: bool, amount: int) -> Trade:
        """Swap all of `amount`; raises `PoolTooThin`."""
        return self._read().exact_in(first_in=first_in, amount=amount)

    def exact_out(self, *, first_in: bool, amount: int) -> Trade:
        """Find the smallest input that yields at least `amount`; raises `PoolTooThin`."""
        return self._read().exact_out(first_in=first_in, amount=amount)

    def payable(self, *, first: bool) -> int:
        """Give what the liquidity in range implies, no more than was there."""
        if first:
            return min((self.liquidity << 64) // self.sqrt_price, self.most[0])
        return min(self.liquidity * self.sqrt_price >> 64, self.most[1])

    def _read(self) -> TwoSidedPool:
        try:
            return self.whole()
        except UnreadableAccount as error:
            raise PoolTooThin(str(error)) from error
