"""How far a token's price may rise before its shorts have to be looked at one by one."""

from decimal import Decimal

from bot.domain.money import SOL_DECIMALS
from bot.domain.pools.reading import PoolReading
from bot.domain.positions import Position
from bot.engine.marks import buy_back_cost

NEAR = Decimal("0.7")
"""The part of the way to its liquidation from which a short is looked at in every reading."""

_WIDER = 2
_FLAT = Decimal("0.005")
_ROUNDING_LAMPORTS = 16
_ROUNDING = Decimal("1.0001")


def buy_back_ratio(pool: PoolReading, units: int) -> Decimal | None:
    """Give how many times the bare price buying back costs; None where the pool shows too little.

    Buying more never makes a unit cheaper, so what holds of a token's largest short bounds what
    holds of its smaller ones.
    """
    cost = buy_back_cost(pool, units)
    bare = (units * pool.price).scaleb(SOL_DECIMALS - pool.base_decimals)
    return None if cost is None or not bare else Decimal(cost) / bare


def allowed_ratio(ratio: Decimal) -> Decimal:
    """Give up to which ratio alarm levels hold: impact and fees may double until they are moved."""
    return 1 + _WIDER * max(ratio - 1, Decimal(0)) + _FLAT


def alarm_level(short: Position, allowed: Decimal, decimals: int) -> Decimal:
    """Give the price in SOL per token below which a short is nearer to its start than `NEAR`.

    That holds as long as buying back all of it costs no more than `allowed` times the bare price.
    Zero where it may be near at any price.
    """
    room = short.liquidation_cost_lamports() - short.proceeds_lamports
    cost = short.proceeds_lamports + room * NEAR - _ROUNDING_LAMPORTS
    if room <= 0 or cost <= 0:
        return Decimal(0)
    return cost.scaleb(decimals - SOL_DECIMALS) / short.token_units / allowed / _ROUNDING
