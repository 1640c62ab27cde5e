"""Prices of Meteora DLMM's bins: powers of the bin step in Q64.64, rounded as the program does."""

from functools import lru_cache

MIN_BIN, MAX_BIN = -443_636, 443_636
STEP_ONE = 10_000  # a bin step is in hundredths of a percent

_Q64 = 64
_ONE = 1 << _Q64
_LARGEST = 2**128 - 1


@lru_cache(maxsize=65_536)
def bin_price_at(bin_id: int, bin_step: int) -> int:
    """Give the price of a bin within +-443636: second units per first unit, times 2**64.

    0 where it is too small to count or too large. Source: dlmm-sdk `math/price_math.rs` and
    `math/u64x64_math.rs`: one rounded product per bit, of the inverse of the step.
    """
    base = _ONE + (bin_step << _Q64) // STEP_ONE
    factor, ratio, steps = _LARGEST // base, _ONE, abs(bin_id)
    while steps:
        if steps & 1:
            ratio = ratio * factor >> _Q64
        factor = factor * factor >> _Q64
        steps >>= 1
    if bin_id <= 0 or not ratio:
        return ratio
    return _LARGEST // ratio
