"""The price and depth of many pools of one kind at once, in floats of 53 bits.

These serve scanning, triggers and the history. What is booked or traded on is reckoned by the
decoders of `bot.adapters.solana.pools` in whole numbers; a test holds the two side by side.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.domain.pools.bin_prices import MAX_BIN, MIN_BIN, STEP_ONE
from bot.domain.pools.sqrt_price import MIN_SQRT_PRICE

Floats = npt.NDArray[np.float64]
Units = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
_ONE = 2.0**64
_HALF = 2.0**63
_COMPOUNDING, _MOST_MODE = 2, 2
# A little inside the lowest bound of either program: the decoders judge what lies beyond.
_HIGHEST_ROOT = 79_226_673_515_401_279_992_447_579_055.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """Second units per first unit, what can come out of each side, and where that is sound.

    What is not sound is for the whole decoder to judge.
    """

    spot: Floats
    first: Floats
    second: Floats
    is_sound: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """The fields of many pools by name, as unsigned numbers; what is not there counts as zero."""

    fields: Mapping[str, Units]
    count: int

    def __getitem__(self, name: str) -> Units:
        """Give a field."""
        found = self.fields.get(name)
        return np.zeros(self.count, np.uint64) if found is None else found

    def wide(self, name: str) -> Floats:
        """Give a field of 16 bytes, rounded to 53 bits."""
        return self[f"{name}_high"].astype(np.float64) * _ONE + self[f"{name}_low"]

    def less(self, name: str, *taken: str) -> tuple[Units, Flags]:
        """Give a field less others, exact, and where it is no less than they."""
        rough = sum((self[each].astype(np.float64) for each in taken), np.zeros(self.count))
        away = sum((self[each] for each in taken), np.zeros(self.count, np.uint64))
        is_sound = (rough < _HALF) & (away <= self[name])
        return np.where(is_sound, self[name] - away, 0), is_sound


def concentrated(values: Values) -> Quoted:
    """Reckon pools whose square-root price stands in Q64.64 beside the liquidity in range."""
    liquidity, root = values.wide("liquidity"), values.wide("root") / _ONE
    is_sound = (liquidity > 0) & (root >= MIN_SQRT_PRICE / _ONE) & (root < _HIGHEST_ROOT / _ONE)
    return Quoted(
        spot=root * root,
        first=_over(liquidity, root),
        second=liquidity * root,
        is_sound=is_sound,
    )


def raydium_amm(values: Values) -> Quoted:
    """Reckon AMM v4: vaults less the profit that is set aside."""
    first, is_first_sound = values.less("first", "first_aside")
    second, is_second_sound = values.less("second", "second_aside")
    return _of_reserves(first, second, is_first_sound & is_second_sound)


def raydium_cpmm(values: Values) -> Quoted:
    """Reckon CPMM: vaults less the fees that lie in them for others."""
    first, is_first_sound = values.less("first", "first_protocol", "first_fund", "first_creator")
    second, is_second_sound = values.less(
        "second", "second_protocol", "second_fund", "second_creator"
    )
    return _of_reserves(first, second, is_first_sound & is_second_sound)


def bonding_curve(values: Values) -> Quoted:
    """Reckon pump.fun's curve: virtual reserves make the price, real ones pay."""
    first, second = values["first"], values["second"]
    return Quoted(
        spot=_over(second.astype(np.float64), first.astype(np.float64)),
        first=values["first_payable"].astype(np.float64),
        second=values["second_payable"].astype(np.float64),
        is_sound=(first > 0) & (second > 0),
    )


def pumpswap(values: Values) -> Quoted:
    """Reckon PumpSwap: the quote counts with its virtual part, and pays less what it keeps."""
    first, second = values["first"], values["second"]
    virtual = values["virtual_low"].view(np.int64)
    is_narrow = values["virtual_high"] == np.where(virtual < 0, np.uint64(2**64 - 1), np.uint64(0))
    is_small = (second < np.uint64(2**62)) & (np.abs(virtual.astype(np.float64)) < _HALF / 2)
    counted = second.astype(np.int64) + virtual
    payable, is_kept_there = values.less("second", "kept_one", "kept_other")
    return Quoted(
        spot=_over(counted.astype(np.float64), first.astype(np.float64)),
        first=first.astype(np.float64),
        second=payable.astype(np.float64),
        is_sound=is_narrow & is_small & is_kept_there & (counted > 0) & (first > 0),
    )


def bin_pair(values: Values) -> Quoted:
    """Reckon DLMM: the active bin makes the price, both reserves bound the depth evenly."""
    active = values["bin"].astype(np.uint32).view(np.int32).astype(np.float64)
    step = values["step"].astype(np.float64)
    first, is_first_sound = values.less("first", "first_aside")
    second, is_second_sound = values.less("second", "second_aside")
    is_sound = is_first_sound & is_second_sound & (step > 0)
    is_sound &= (active >= MIN_BIN) & (active <= MAX_BIN)
    with np.errstate(over="ignore"):
        spot = np.exp(active * np.log1p(step / STEP_ONE))
    held, other = first.astype(np.float64), second.astype(np.float64)
    return Quoted(
        spot=spot,
        first=np.minimum(held, _over(other, spot)),
        second=np.minimum(other, held * spot),
        is_sound=is_sound & (held + other > 0) & (spot > 2.0**-64) & (spot < _ONE),
    )


def compounding_or_range(values: Values) -> Quoted:
    """Reckon DAMM v2: a price in its range, or two reserves where fees compound."""
    first = values["first"].astype(np.float64)
    second = values["second"].astype(np.float64)
    root = values.wide("root") / _ONE
    is_compounding = values["mode"] == _COMPOUNDING
    is_in_range = (values.wide("lowest") <= root * _ONE) & (root * _ONE <= values.wide("highest"))
    is_sound = (values["is_counted"] == 1) & (values["mode"] <= _MOST_MODE)
    is_sound &= values.wide("liquidity") > 0
    return Quoted(
        spot=np.where(is_compounding, _over(second, first), root * root),
        first=first,
        second=second,
        is_sound=is_sound & (is_compounding | (is_in_range & (root > 0))),
    )


def _of_reserves(first: Units, second: Units, is_sound: Flags) -> Quoted:
    one, other = first.astype(np.float64), second.astype(np.float64)
    return Quoted(
        spot=_over(other, one),
        first=one,
        second=other,
        is_sound=is_sound & (first > 0) & (second > 0),
    )


def _over(dividend: Floats, divisor: Floats) -> Floats:
    return np.divide(dividend, divisor, out=np.zeros_like(dividend), where=divisor > 0)
