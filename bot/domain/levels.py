"""Levels as people give them, and which figure of a token they mean."""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.positions import Side
from bot.domain.triggers import Gauge, Reach

WHOLE = Decimal(100)
_DIGITS = 40
_KEPT_DIGITS = 24


class LevelUnit(StrEnum):
    """How a level is given: prices per token as wallets count them, or relative."""

    SOL = "sol"
    USD = "usd"
    PERCENT = "percent"
    CAP_USD = "cap_usd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level as it was given; `PERCENT` is the signed change of the price from a reference.

    The reference is a position's entry price for its exits, and the price now for an entry.
    """

    unit: LevelUnit
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBasis:
    """What levels are worked out from: a reference price in SOL, the price now, and dollars."""

    token: Token
    reference: Decimal
    price: Decimal
    sol_usd: Decimal | None

    def figure(self, gauge: Gauge) -> Decimal:
        """Give the price now on a gauge; raises `Refusal` (`no_dollars`)."""
        return self.price if gauge is Gauge.PRICE_SOL else self.price * self.dollars()

    def dollars(self) -> Decimal:
        """Give dollars per SOL; raises `Refusal` (`no_dollars`) where they are not known."""
        if self.sol_usd is None:
            raise Refusal("no_dollars")
        return self.sol_usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A level on the gauge of a token that it is held against."""

    gauge: Gauge
    value: Decimal


def against(side: Side, percent: Decimal) -> Level:
    """Give the level at which a position has lost `percent` of its entry price."""
    return Level(unit=LevelUnit.PERCENT, value=-percent if side is Side.LONG else percent)


def in_favour(side: Side, percent: Decimal) -> Level:
    """Give the level at which a position has won `percent` of its entry price."""
    return Level(unit=LevelUnit.PERCENT, value=percent if side is Side.LONG else -percent)


def worse_reach(side: Side) -> Reach:
    """Give the side from which a stop is reached."""
    return Reach.BELOW if side is Side.LONG else Reach.ABOVE


def better_reach(side: Side) -> Reach:
    """Give the side from which a profit is reached."""
    return Reach.ABOVE if side is Side.LONG else Reach.BELOW


def resolve(level: Level, basis: PriceBasis) -> Marker:
    """Work out which figure a level means; raises `Refusal` (`bad_level`, `no_dollars`).

    A market cap becomes the price in dollars at which the supply is worth it. What people type
    is a price as wallets show it, which for a few tokens is scaled by their mint.
    """
    with localcontext() as context:
        context.prec = _DIGITS
        marker = _resolved(level, basis)
    if marker.value <= 0:
        raise Refusal("bad_level", text=f"{level.value:f}")
    with localcontext() as context:
        context.prec = _KEPT_DIGITS
        return Marker(gauge=marker.gauge, value=+marker.value)


def _resolved(level: Level, basis: PriceBasis) -> Marker:
    scale = basis.token.rules.ui.older
    match level.unit:
        case LevelUnit.SOL:
            return Marker(gauge=Gauge.PRICE_SOL, value=level.value * scale)
        case LevelUnit.USD:
            basis.dollars()
            return Marker(gauge=Gauge.PRICE_USD, value=level.value * scale)
        case LevelUnit.PERCENT:
            price = basis.reference * (1 + level.value / WHOLE)
            return Marker(gauge=Gauge.PRICE_SOL, value=price)
        case LevelUnit.CAP_USD:
            basis.dollars()
            supply = Decimal(basis.token.supply).scaleb(-basis.token.decimals)
            if not supply:
                raise Refusal("bad_level", text=f"{level.value:f}")
            return Marker(gauge=Gauge.PRICE_USD, value=level.value / supply)
