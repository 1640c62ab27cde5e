"""Spells a pool's reading for another process, to the last bit, without any code in it.

Only what is named here is made again: whoever could write into Redis makes no other object.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from bot.domain.errors import UnreadableAccount
from bot.domain.pools.adaptive_fee import AdaptiveFee
from bot.domain.pools.bin_fee import BinFee
from bot.domain.pools.binned import BinnedPool
from bot.domain.pools.bins import Bin
from bot.domain.pools.concentrated import ConcentratedPool, FeeSide, KnownTicks, TickCrossing
from bot.domain.pools.constant_product import ConstantProductPool, FeeRate, SwapFees
from bot.domain.pools.glanced import GlancedPool
from bot.domain.pools.meteora_curves import RangeCurve, ReservesCurve
from bot.domain.pools.meteora_fees import FeeSteps, MeteoraFees, RateLimiter
from bot.domain.pools.meteora_pool import MeteoraPool
from bot.domain.pools.oriented import OrientedCurve
from bot.domain.pools.pump import PumpPool
from bot.domain.pools.pump_fees import FeeSchedule, FeeTier, PumpFees
from bot.domain.pools.raydium_ticks import raydium_sqrt_price_at
from bot.domain.pools.reading import PoolKind, PoolReading
from bot.domain.pools.sides import TwoSidedPool
from bot.domain.pools.sqrt_price import sqrt_price_at
from bot.domain.pools.stepped_curve import CurveStep, SteppedCurve

_MADE_OF = (
    PoolReading,
    OrientedCurve,
    ConstantProductPool,
    SwapFees,
    FeeRate,
    ConcentratedPool,
    KnownTicks,
    TickCrossing,
    AdaptiveFee,
    BinnedPool,
    Bin,
    BinFee,
    MeteoraPool,
    RangeCurve,
    ReservesCurve,
    MeteoraFees,
    FeeSteps,
    RateLimiter,
    PumpPool,
    PumpFees,
    FeeSchedule,
    FeeTier,
    SteppedCurve,
    CurveStep,
)
_TYPES: Mapping[str, type] = {each.__name__: each for each in _MADE_OF}
_NAMES: Mapping[type, tuple[str, ...]] = {
    each: tuple(field.name for field in fields(each)) for each in _MADE_OF
}
_ENUMS: Mapping[str, type[Enum]] = {"PoolKind": PoolKind, "FeeSide": FeeSide}
_RULES: Mapping[str, Callable[[int], int]] = {
    "sqrt_price_at": sqrt_price_at,
    "raydium_sqrt_price_at": raydium_sqrt_price_at,
}
_RULE_NAMES = {rule: name for name, rule in _RULES.items()}
_PLAIN = (type(None), bool, str)
_LARGEST_PLAIN = 2**53
Spelt = Any  # JSON


def spell(value: object) -> Spelt:
    """Spell a reading, or a part of it, in JSON; raises `TypeError` for what is not known here."""
    kind = type(value)
    if kind in _PLAIN or (isinstance(value, int) and abs(value) < _LARGEST_PLAIN):
        return value
    if isinstance(value, tuple):
        return [spell(each) for each in value]
    if names := _NAMES.get(kind):
        return {"t": [kind.__name__, *(spell(getattr(value, name)) for name in names)]}
    return _spell_odd(value)


def _spell_odd(value: object) -> Spelt:
    match value:
        case Enum():
            return {"e": [type(value).__name__, value.name]}
        case int():
            return {"i": str(value)}
        case Decimal():
            return {"d": str(value)}
        case Fraction():
            return {"f": [str(value.numerator), str(value.denominator)]}
        case GlancedPool():
            seen = map(spell, (value.sqrt_price, value.liquidity, value.most))
            return {"g": [*seen, _whole(value)]}
        case _:
            return {"c": _RULE_NAMES[_rule(value)]}


def _rule(value: object) -> Callable[[int], int]:
    for rule in _RULE_NAMES:
        if rule is value:
            return rule
    raise TypeError(f"a {type(value).__name__} is not told to other processes")


def read(spelt: Spelt) -> Any:
    """Make again what was spelt; raises `ValueError` where it was not spelt here."""
    try:
        return _read(spelt)
    except (KeyError, TypeError, IndexError, ArithmeticError, ValueError) as error:
        raise ValueError(f"no reading: {type(error).__name__}") from error


def _read(spelt: Spelt) -> Any:
    if isinstance(spelt, list):
        return tuple(_read(each) for each in spelt)
    if not isinstance(spelt, dict):
        return spelt
    ((tag, of),) = spelt.items()
    return _READERS[tag](of)


def _made(spelt: Spelt) -> Any:
    name, *parts = spelt
    made = _TYPES[name]
    return made(**dict(zip(_NAMES[made], map(_read, parts), strict=True)))


def _whole(pool: GlancedPool) -> Spelt:
    try:
        return spell(pool.whole())
    except UnreadableAccount:
        return None


def _glanced(spelt: Spelt) -> GlancedPool:
    sqrt_price, liquidity, most, whole = map(_read, spelt)

    def read_whole() -> TwoSidedPool:
        if whole is None:
            raise UnreadableAccount("the process that read this pool could not read all of it")
        pool: TwoSidedPool = whole
        return pool

    return GlancedPool(sqrt_price=sqrt_price, liquidity=liquidity, most=most, whole=read_whole)


_READERS: Mapping[str, Callable[[Spelt], Any]] = {
    "t": _made,
    "i": int,
    "e": lambda of: _ENUMS[of[0]][of[1]],
    "d": Decimal,
    "f": lambda of: Fraction(int(of[0]), int(of[1])),
    "c": _RULES.__getitem__,
    "g": _glanced,
}
