"""Ticks and square-root prices of Orca and Raydium, in Q64.64 whole numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cache

MAX_TICK = 443_636
MIN_SQRT_PRICE, MAX_SQRT_PRICE = 4_295_048_016, 79_226_673_515_401_279_992_447_579_055
TICK_BITS = 19
Q64 = 2**64


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TickScale:
    """A program's own square-root prices of ticks, and their bounds."""

    sqrt_price_at: Callable[[int], int]
    lowest: int
    highest: int

    def tick_at(self, sqrt_price: int) -> int:
        """Give the greatest tick whose square-root price is not above `sqrt_price`."""
        low, high = -MAX_TICK, MAX_TICK
        while low < high:
            middle = (low + high + 1) // 2
            if self.sqrt_price_at(middle) <= sqrt_price:
                low = middle
            else:
                high = middle - 1
        return low


ORCA_SCALE = TickScale(sqrt_price_at=sqrt_price_at, lowest=MIN_SQRT_PRICE, highest=MAX_SQRT_PRICE)


# Raydium rounds 2**64 / sqrt(1.0001)**(2**bit) in its own way (libraries/tick_math.rs, 03b44b7).
RAYDIUM_FACTORS = bytes.fromhex(
    "fffcb933bd6fb800fff97272373d4000fff2e50f5f657000ffe5caca7e10f000ffcb9843d60f7000"
    "ff973b41fa98e800ff2ea16466c9b000fe5dee046a9a3800fcbe86c7900bb000f987a7253ac65800"
    "f3392b0822bb6000e7159475a2caf000d097f3bdfd2f2000a9f746462d9f800070d869a156f31c00"
    "31be135f97ed320009aa508b5b85a500005d6af8dedc582c00002216e584f5fa"
)


@cache
def raydium_sqrt_price_at(tick: int) -> int:
    """Give the square-root price of a tick in a Raydium CLMM pool."""
    steps = abs(tick)
    price = Q64
    for position in range(0, len(RAYDIUM_FACTORS), 8):
        if steps & 1:
            factor = int.from_bytes(RAYDIUM_FACTORS[position : position + 8], "big")
            price = (price * factor) >> 64
        steps >>= 1
    return price if tick <= 0 else (2**128 - 1) // price


RAYDIUM_SCALE = TickScale(
    sqrt_price_at=raydium_sqrt_price_at,
    lowest=MIN_SQRT_PRICE,
    highest=raydium_sqrt_price_at(MAX_TICK),
)


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
