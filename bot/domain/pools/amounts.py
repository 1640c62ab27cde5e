"""Whole units as the chain counts them: their range, and division that says how it rounds."""

from bot.domain.errors import PoolTooThin

MAX_UNITS = 2**64 - 1


def ceil_div(dividend: int, divisor: int) -> int:
    """Divide whole numbers, rounding towards positive infinity."""
    return -(-dividend // divisor)


def require_units(amount: int) -> int:
    """Give an amount back if a token account could hold it.

    Raises `PoolTooThin` for nothing, for less than nothing and for more than 64 bits.
    """
    if amount < 1:
        raise PoolTooThin("there is nothing to swap")
    if amount > MAX_UNITS:
        raise PoolTooThin("more than a token account can hold", MAX_UNITS)
    return amount
