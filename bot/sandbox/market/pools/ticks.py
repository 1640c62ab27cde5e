"""Ticks and square-root prices of a Whirlpool, in Q64.64 whole numbers."""

from decimal import Decimal, localcontext
from functools import cache

MAX_TICK = 443_636
MIN_SQRT_PRICE, MAX_SQRT_PRICE = 4_295_048_016, 79_226_673_515_401_279_992_447_579_055
TICK_BITS = 19
Q64 = 2**64
TICKS_IN_ARRAY = 88


@cache
def _factors(shift: int, *, inverse: bool) -> tuple[int, ...]:
    """Give sqrt(1.0001) to each power of two, times 2**shift, rounded down as the program has."""
    with localcontext() as context:
        context.prec = 120
        roots = [(Decimal("1.0001") ** (2**bit)).sqrt() for bit in range(TICK_BITS)]
        scale = Decimal(2) ** shift
        return tuple(int(scale / root if inverse else scale * root) for root in roots)


@cache
def sqrt_price_at(tick: int) -> int:
    """Give the square-root price of a tick (whirlpool math/tick_math.rs at 630c0e0).

    Raises:
        ValueError: the tick is out of bounds.
    """
    if abs(tick) > MAX_TICK:
        raise ValueError(f"tick {tick} is out of bounds")
    shift = 96 if tick >= 0 else 64
    factors = _factors(shift, inverse=tick < 0)
    ratio = 0
    for bit in range(TICK_BITS):
        if abs(tick) >> bit & 1 or (bit == 0 and not ratio):
            factor = factors[bit] if abs(tick) >> bit & 1 else 1 << shift
            ratio = ratio * factor >> shift if ratio else factor
    return ratio >> 32 if tick >= 0 else ratio


def tick_at(sqrt_price: int) -> int:
    """Give the greatest tick whose square-root price is not above `sqrt_price`."""
    low, high = -MAX_TICK, MAX_TICK
    while low < high:
        middle = (low + high + 1) // 2
        if sqrt_price_at(middle) <= sqrt_price:
            low = middle
        else:
            high = middle - 1
    return low


def array_start(tick: int, spacing: int) -> int:
    """Give the first tick of the array that holds a tick."""
    size = TICKS_IN_ARRAY * spacing
    return tick // size * size


def amount_a(sqrt_0: int, sqrt_1: int, liquidity: int, *, up: bool) -> int:
    """Give the token A between two prices."""
    low, high = sorted((sqrt_0, sqrt_1))
    numerator, denominator = liquidity * (high - low) * Q64, high * low
    return -(-numerator // denominator) if up else numerator // denominator


def amount_b(sqrt_0: int, sqrt_1: int, liquidity: int, *, up: bool) -> int:
    """Give the token B between two prices."""
    low, high = sorted((sqrt_0, sqrt_1))
    product = liquidity * (high - low)
    return -(-product // Q64) if up else product // Q64


def next_sqrt_price(sqrt_price: int, liquidity: int, amount_in: int, *, a_to_b: bool) -> int:
    """Give the price that an input without fee leads to."""
    if a_to_b:
        numerator = liquidity * sqrt_price * Q64
        return -(-numerator // (liquidity * Q64 + amount_in * sqrt_price))
    return sqrt_price + amount_in * Q64 // liquidity
