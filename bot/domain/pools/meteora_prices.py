"""Amounts and square-root prices of Meteora's pools, whose liquidity is counted in Q64.64."""

from bot.domain.errors import PoolTooThin
from bot.domain.pools.amounts import MAX_UNITS, ceil_div

_MOST_SQRT_PRICE = 2**128 - 1
_Q128 = 128


def first_between(lower: int, upper: int, liquidity: int, *, round_up: bool) -> int:
    """Give the first token's units between two square-root prices.

    Source: cp-amm `liquidity_handler/concentrated_liquidity.rs`, dynamic-bonding-curve
    `curve.rs`: L * (upper - lower) / (lower * upper).
    """
    product, divisor = liquidity * (upper - lower), lower * upper
    return ceil_div(product, divisor) if round_up else product // divisor


def second_between(lower: int, upper: int, liquidity: int, *, round_up: bool) -> int:
    """Give the second token's units between two square-root prices: L * (upper - lower) / 2^128."""
    product = liquidity * (upper - lower)
    return ceil_div(product, 1 << _Q128) if round_up else product >> _Q128


def price_after_first(sqrt_price: int, liquidity: int, added: int) -> int:
    """Give the price after units of the first token came in (or, below zero, went out).

    Rounded up: L * p / (L + added * p). Raises `PoolTooThin` where there is not so much.
    """
    divisor = liquidity + added * sqrt_price
    if divisor < 1:
        raise PoolTooThin("the pool does not hold that much")
    return _priced(ceil_div(liquidity * sqrt_price, divisor))


def price_after_second(sqrt_price: int, liquidity: int, added: int) -> int:
    """Give the price after units of the second token came in (or went out), rounded down.

    Raises `PoolTooThin` where there is not so much.
    """
    return _priced(sqrt_price + (added << _Q128) // liquidity)


def counted(amount: int) -> int:
    """Give an amount that the program can count; raises `PoolTooThin` beyond 64 bits."""
    if amount > MAX_UNITS:
        raise PoolTooThin("beyond what the program can count")
    return amount


def _priced(sqrt_price: int) -> int:
    if not 0 < sqrt_price <= _MOST_SQRT_PRICE:
        raise PoolTooThin("beyond the end of the pool's prices")
    return sqrt_price
