"""How risky a person's positions are now, from 0 (nothing at risk) to 100, and why."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class RiskFactor(StrEnum):
    """One side of the risk; each adds its share of its weight to the score."""

    HEAT = "heat"
    LEVERAGE = "leverage"
    CONCENTRATION = "concentration"
    LIQUIDITY = "liquidity"
    STOPS = "stops"
    DRAWDOWN = "drawdown"
    VOLATILITY = "volatility"
    SAFETY = "safety"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorScore:
    """What one factor adds: `points` of at most `weight`; `figure` is what was measured."""

    factor: RiskFactor
    figure: Decimal
    points: Decimal
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskScore:
    """The score with its factors, the heaviest first."""

    score: int
    factors: tuple[FactorScore, ...]
