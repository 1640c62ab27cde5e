"""Turns floats into PostgreSQL's binary numerics, a column at once."""

import numpy as np
import numpy.typing as npt

# Source: PostgreSQL `numeric_send`: count of digits, weight of the first, sign, decimal places,
# and digits to the base 10,000.
_DIGITS = 5
NUMERIC = np.dtype(
    [
        ("count", ">i2"),
        ("weight", ">i2"),
        ("sign", ">u2"),
        ("places", ">i2"),
        ("digits", ">i2", (_DIGITS,)),
    ]
)
NUMERIC_BYTES = NUMERIC.itemsize
_BASE, _BASE_DIGITS = 10_000, 4
_KEPT = 15  # decimal digits: what a float of 53 bits always holds
_LOWEST, _HIGHEST = -290, 290  # powers of ten beyond which a price is no price
_POWERS = np.array([float(f"1e{power}") for power in range(309)])
Floats = npt.NDArray[np.float64]


def numerics(values: Floats) -> npt.NDArray[np.void]:
    """Give numbers of zero or more with 15 significant digits, rounded half to even.

    Those below 1e-290 count as zero; 1e290 and more, infinity and no number are a `ValueError`.
    """
    if not (values < 10.0**_HIGHEST).all() or (values < 0).any():
        raise ValueError("not a number that can be kept")
    is_some = values >= 10.0**_LOWEST
    whole, exponent = _mantissas(np.where(is_some, values, 1.0))
    # Moved so that the last digit to the base 10,000 ends where a digit does.
    shift = exponent % _BASE_DIGITS
    whole *= 10**shift
    last = (exponent - shift) // _BASE_DIGITS
    made = np.zeros(len(values), NUMERIC)
    made["count"] = _DIGITS  # zero is five digits of nothing: all rows are of one length
    made["weight"] = np.where(is_some, last + _DIGITS - 1, 0)
    made["places"] = np.where(is_some, np.maximum(-last * _BASE_DIGITS, 0), 0)
    for place in range(_DIGITS - 1, -1, -1):
        whole, digit = np.divmod(whole, _BASE)
        made["digits"][:, place] = digit
    made["digits"][~is_some] = 0
    return made


def _mantissas(values: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Give 15 digits as a whole number, and the power of ten that it is to be multiplied by."""
    exponent = np.floor(np.log10(values)).astype(np.int64) - (_KEPT - 1)
    whole = _scaled(values, exponent)
    # A logarithm may be off by one right at a power of ten.
    off = (whole >= 10**_KEPT).astype(np.int64) - (whole < 10 ** (_KEPT - 1))
    if off.any():
        exponent += off
        whole = _scaled(values, exponent)
    return whole, exponent


def _scaled(values: Floats, exponent: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    scaled = values * _POWERS[np.maximum(-exponent, 0)] / _POWERS[np.maximum(exponent, 0)]
    whole: npt.NDArray[np.int64] = np.rint(scaled).astype(np.int64)
    return whole
