"""Two pools as one: a token quoted in something else, which is itself quoted in SOL."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal, localcontext

from bot.domain.errors import PoolTooThin, UnreadableAccount
from bot.domain.pools.reading import Curve, Direction, PoolReading, Swap

_DIGITS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PathCurve:
    """The `Curve` of a path of two pools, exact to the unit: each pool rounds as it does alone.

    `first` trades the token against a middle token, `second` the middle token against the
    quote. All that the one pays out is what the other takes in. Each leg's own fee stands in
    `Swap.legs`; the fee of the whole is their sum in quote units at the pools' prices before
    the swap, rounded up.
    """

    first: Curve
    second: Curve

    def spot_units(self) -> Decimal:
        """Give the price as quote units per base unit."""
        with localcontext() as context:
            context.prec = _DIGITS
            return self.first.spot_units() * self.second.spot_units()

    def swap_exact_in(self, direction: Direction, amount_in: int) -> Swap:
        """Swap all of `amount_in` through both pools; raises `PoolTooThin`."""
        entrance, way_out = self._in_order(direction)
        entered = entrance.swap_exact_in(direction, amount_in)
        try:
            left = way_out.swap_exact_in(direction, entered.amount_out)
        except PoolTooThin as error:
            raise PoolTooThin(
                error.reason, _input_below(entrance, direction, error.limit_units)
            ) from error
        return self._whole(direction, entered, left)

    def swap_exact_out(self, direction: Direction, amount_out: int) -> Swap:
        """Find the smallest input that yields at least `amount_out`; raises `PoolTooThin`.

        More in never gives less out, so the smallest input of the second swap is what the
        first one has to yield.
        """
        entrance, way_out = self._in_order(direction)
        try:
            between = way_out.swap_exact_out(direction, amount_out).amount_in
        except PoolTooThin as error:
            raise PoolTooThin(
                error.reason, _input_below(entrance, direction, error.limit_units)
            ) from error
        entered = entrance.swap_exact_out(direction, between)
        return self.swap_exact_in(direction, entered.amount_in)

    def depth_quote_units(self) -> int:
        """Give what can be sold into: the first pool's depth at the second's price, at most its."""
        with localcontext() as context:
            context.prec = _DIGITS
            converted = int(self.first.depth_quote_units() * self.second.spot_units())
        return min(converted, self.second.depth_quote_units())

    def _in_order(self, direction: Direction) -> tuple[Curve, Curve]:
        is_sale = direction is Direction.SELL_BASE
        return (self.first, self.second) if is_sale else (self.second, self.first)

    def _whole(self, direction: Direction, entered: Swap, left: Swap) -> Swap:
        is_sale = direction is Direction.SELL_BASE
        first, second = (entered, left) if is_sale else (left, entered)
        return Swap(
            direction=direction,
            amount_in=entered.amount_in,
            amount_out=left.amount_out,
            fee_units=self._fee_units(first, second),
            fee_in_quote=True,
            impact=_impact(direction, first.impact, second.impact),
            legs=(first, second),
        )

    def _fee_units(self, first: Swap, second: Swap) -> int:
        with localcontext() as context:
            context.prec = _DIGITS
            middle = Decimal(first.fee_units)
            if not first.fee_in_quote:
                middle *= self.first.spot_units()
            quote = Decimal(0)
            if second.fee_in_quote:
                quote += second.fee_units
            else:
                middle += second.fee_units
            quote += middle * self.second.spot_units()
            return int(quote.to_integral_value(ROUND_CEILING))


def path(first: PoolReading, second: PoolReading) -> PoolReading:
    """Give two pools as one reading: the token of the first, priced in the second's quote.

    It stands at the first pool's address, as of the older of the two slots, and is halted if
    either is. Raises `UnreadableAccount` where the second does not price the first's quote.
    """
    if first.quote_mint != second.base_mint or first.legs or second.legs:
        raise UnreadableAccount("the pools do not meet")
    return PoolReading(
        address=first.address,
        kind=first.kind,
        base_mint=first.base_mint,
        quote_mint=second.quote_mint,
        base_decimals=first.base_decimals,
        quote_decimals=second.quote_decimals,
        slot=min(first.slot, second.slot),
        curve=PathCurve(first=first.curve, second=second.curve),
        halt=first.halt or second.halt,
        notes=(*first.notes, *second.notes),
        legs=(first, second),
    )


def _input_below(entrance: Curve, direction: Direction, limit_units: int | None) -> int | None:
    """Give an input of the first swap that yields no more than the second can take."""
    if limit_units is None or limit_units < 1:
        return limit_units
    try:
        return entrance.swap_exact_out(direction, limit_units).amount_in - 1
    except PoolTooThin:
        return None


def _impact(direction: Direction, first: Decimal, second: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = _DIGITS
        if direction is Direction.BUY_BASE:
            return (1 + first) * (1 + second) - 1
        return 1 - (1 - first) * (1 - second)
