"""What Meteora's programs count in exact fractions before they round: prices, amounts, fees."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, isqrt

LOWEST_SQRT, HIGHEST_SQRT = 4_295_048_016, 79_226_673_521_066_979_257_578_248_091
ONE_Q64 = 2**64
BILLION = 10**9
PROTOCOL_PERCENT = 20
ONE_BIN = 1_844_674_407_370_955
"""A hundredth of a percent in Q64.64, as both programs write it."""
MOST_VOLATILITY = 14_460_000


def base_between(low: int, high: int, liquidity: int) -> Fraction:
    """Give the base between two square-root prices (Q64.64), exactly."""
    return Fraction(liquidity * (high - low), low * high)


def quote_between(low: int, high: int, liquidity: int) -> Fraction:
    """Give the quote between two square-root prices, exactly."""
    return Fraction(liquidity * (high - low), ONE_Q64 * ONE_Q64)


def falls_to(sqrt_price: int, liquidity: int, base_in: int) -> int:
    """Give where the price falls when base is sold: rounded up."""
    return ceil(Fraction(liquidity * sqrt_price, liquidity + base_in * sqrt_price))


def rises_to(sqrt_price: int, liquidity: int, quote_in: int) -> int:
    """Give where the price rises when base is bought: rounded down."""
    return floor(sqrt_price + Fraction(quote_in * ONE_Q64 * ONE_Q64, liquidity))


def sqrt_of(price: Decimal, base_scale: Decimal, quote_scale: Decimal) -> int:
    """Give the square-root price of quote per whole base."""
    numerator, denominator = (price * quote_scale / base_scale).as_integer_ratio()
    return isqrt((numerator << 128) // denominator)


def price_of(sqrt_price: int, base_scale: Decimal, quote_scale: Decimal) -> Decimal:
    """Give the quote per whole base of a square-root price."""
    return (Decimal(sqrt_price) / ONE_Q64) ** 2 * base_scale / quote_scale


def fee_on(amount: int, rate: int) -> int:
    """Give the whole fee on an amount at a rate in billionths, rounded up."""
    return ceil(Fraction(amount * rate, BILLION))


@dataclass(slots=True, kw_only=True)
class Volatility:
    """How far the price has run from where the program last set its reference, in bins.

    The market trades so often that the reference never moves: source `update_references`.
    """

    reference: int
    accumulated: int = 0

    def note(self, sqrt_price: int) -> None:
        """Take up the price after a swap."""
        low, high = sorted((self.reference, sqrt_price))
        bins = 2 * (((high << 64) // low - ONE_Q64) // ONE_BIN)
        self.accumulated = min(bins * 10_000, MOST_VOLATILITY)

    def rate(self, control: int) -> int:
        """Give what it adds to the fee, in billionths."""
        return ceil(Fraction(self.accumulated**2 * control, 10**11))
