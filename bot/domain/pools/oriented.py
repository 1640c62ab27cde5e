"""A pool's arithmetic turned the trader's way round: base, quote, and the price impact."""

from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import cached_property

from bot.domain.pools.amounts import require_units
from bot.domain.pools.reading import Direction, Swap
from bot.domain.pools.sides import Trade, TwoSidedPool

_PRICE_DIGITS = 40
_EXACT = Context(prec=_PRICE_DIGITS)


def exact_decimal(fraction: Fraction) -> Decimal:
    """Give a fraction as a decimal of 40 significant digits."""
    return _ratio(fraction.numerator, fraction.denominator)


def _ratio(numerator: int, denominator: int) -> Decimal:
    return _EXACT.divide(Decimal(numerator), Decimal(denominator))


@dataclass(frozen=True, kw_only=True)
class OrientedCurve:
    """The `Curve` of a pool, whichever of its sides is the base.

    Without slots, so that its price, which is asked for again and again, is kept.
    """

    pool: TwoSidedPool
    is_base_first: bool

    def spot_units(self) -> Decimal:
        """Give the price as quote units per base unit, 0 for an empty pool."""
        return self._spot_units

    @cached_property
    def _spot_units(self) -> Decimal:
        price = self.pool.price()
        if self.is_base_first or not price:
            return exact_decimal(price)
        return _ratio(price.denominator, price.numerator)

    def swap_exact_in(self, direction: Direction, amount_in: int) -> Swap:
        """Swap all of `amount_in`; raises `PoolTooThin`."""
        amount = require_units(amount_in)
        trade = self.pool.exact_in(first_in=self._is_first_in(direction), amount=amount)
        return self._swap(direction, trade)

    def swap_exact_out(self, direction: Direction, amount_out: int) -> Swap:
        """Find the smallest input that yields at least `amount_out`; raises `PoolTooThin`."""
        amount = require_units(amount_out)
        trade = self.pool.exact_out(first_in=self._is_first_in(direction), amount=amount)
        return self._swap(direction, trade)

    def depth_quote_units(self) -> int:
        """Give the quote units that the pool could really pay out."""
        return self.pool.payable(first=not self.is_base_first)

    def _spot(self) -> Fraction:
        price = self.pool.price()
        if self.is_base_first or not price:
            return price
        return 1 / price

    def _is_first_in(self, direction: Direction) -> bool:
        return (direction is Direction.SELL_BASE) == self.is_base_first

    def _swap(self, direction: Direction, trade: Trade) -> Swap:
        is_buy = direction is Direction.BUY_BASE
        return Swap(
            direction=direction,
            amount_in=trade.amount_in,
            amount_out=trade.amount_out,
            fee_units=trade.fee_units,
            fee_in_quote=trade.is_fee_on_input == is_buy,
            impact=self._impact(is_buy=is_buy, trade=trade),
        )

    def _impact(self, *, is_buy: bool, trade: Trade) -> Decimal:
        # Whole numbers over one another: reducing each fraction costs more than all the rest.
        spot = self._spot()
        if is_buy:
            paid, fair = trade.net_in * spot.denominator, trade.gross_out * spot.numerator
            return _ratio(max(paid - fair, 0), fair)
        fair, got = max(trade.net_in, 1) * spot.numerator, trade.gross_out * spot.denominator
        return _ratio(max(fair - got, 0), fair)
