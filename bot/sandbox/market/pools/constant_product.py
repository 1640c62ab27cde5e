"""How much to swap so that a constant-product pool comes to a wanted price."""

from dataclasses import dataclass
from decimal import Decimal, localcontext

PRECISION = 60
SMALLEST_TRADE_UNITS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What somebody brings to the pool: base to sell it, quote to buy base; in base units."""

    sells_base: bool
    amount_in: int


def trade_to(ratio: Decimal, base_reserve: int, quote_reserve: int, fee: Decimal) -> Trade | None:
    """Find the swap after which quote per base (in base units) is `ratio`.

    `fee` is the part of the input that does not reach the curve. None when the pool is there
    already to within a few units.
    """
    with localcontext() as context:
        context.prec = PRECISION
        wanted_base = (Decimal(base_reserve) * quote_reserve / ratio).sqrt()
        if wanted_base > base_reserve:
            amount = int((wanted_base - base_reserve) / (1 - fee))
            sells_base = True
        else:
            wanted_quote = wanted_base * ratio
            amount = int((wanted_quote - quote_reserve) / (1 - fee))
            sells_base = False
    if amount < SMALLEST_TRADE_UNITS:
        return None
    return Trade(sells_base=sells_base, amount_in=amount)


def swapped(net_in: int, reserve_in: int, reserve_out: int) -> int:
    """Give what the curve pays for an input without fee, rounded down."""
    return net_in * reserve_out // (reserve_in + net_in)


def ceil_divide(numerator: int, denominator: int) -> int:
    """Divide whole numbers, rounding up."""
    return -(-numerator // denominator)


def whole_price(
    base_units: int, quote_units: int, base_scale: Decimal, quote_scale: Decimal
) -> Decimal:
    """Give quote per base in whole tokens."""
    return Decimal(quote_units) / quote_scale / (Decimal(base_units) / base_scale)
