"""Square-root prices in Q64.64, as Orca's Whirlpool program counts them, and their ticks."""

from decimal import Decimal, localcontext

MIN_TICK, MAX_TICK = -443_636, 443_636
MIN_SQRT_PRICE = 4_295_048_016
MAX_SQRT_PRICE = 79_226_673_515_401_279_992_447_579_055

_BITS = 19
_DIGITS = 120


def _factors() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Derive the program's two tables: sqrt(1.0001)^(2^bit) in Q96, and its inverse in Q64."""
    with localcontext() as context:
        context.prec = _DIGITS
        root = Decimal("1.0001").sqrt()
        powers = [root]
        for _ in range(_BITS - 1):
            powers.append(powers[-1] * powers[-1])
        above = tuple(int(power * 2**96) for power in powers)
        below = tuple(int(2**64 / power) for power in powers)
    return above, below


_ABOVE, _BELOW = _factors()


def sqrt_price_at(tick: int) -> int:
    """Give the square-root price of a tick within +-443636.

    Source: whirlpool `math/tick_math.rs`; one rounded product per set bit of the tick.
    """
    if tick >= 0:
        return _product(tick, _ABOVE, 96) >> 32
    return _product(-tick, _BELOW, 64)


def _product(steps: int, factors: tuple[int, ...], shift: int) -> int:
    chosen = [factor for bit, factor in enumerate(factors) if steps >> bit & 1]
    if not chosen:
        return 1 << shift
    ratio = chosen[0]
    for factor in chosen[1:]:
        ratio = ratio * factor >> shift
    return ratio
