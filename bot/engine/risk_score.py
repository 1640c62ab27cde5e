"""The arithmetic of the risk score: each factor on its scale, weighed and added up."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bot.domain.risk_score import FactorScore, RiskFactor, RiskScore


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    weight: int
    full: Decimal


# Where a factor counts in full: all of the equity at risk, five times it in the market, half of
# it in one token, a position of a tenth of its pool, no stops at all, half of the peak lost,
# a day's volatility of 50 %, and half of what is held in tokens that are doubted.
_SCALES = {
    RiskFactor.HEAT: _Scale(weight=20, full=Decimal(1)),
    RiskFactor.LEVERAGE: _Scale(weight=15, full=Decimal(5)),
    RiskFactor.CONCENTRATION: _Scale(weight=15, full=Decimal("0.5")),
    RiskFactor.LIQUIDITY: _Scale(weight=15, full=Decimal("0.1")),
    RiskFactor.STOPS: _Scale(weight=10, full=Decimal(1)),
    RiskFactor.DRAWDOWN: _Scale(weight=10, full=Decimal("0.5")),
    RiskFactor.VOLATILITY: _Scale(weight=10, full=Decimal("0.5")),
    RiskFactor.SAFETY: _Scale(weight=5, full=Decimal("0.5")),
}


def risk_score(figures: dict[RiskFactor, Decimal]) -> RiskScore:
    """Add the factors up; a larger figure never lowers the score, and a missing one counts 0.

    Heat, leverage (size in the market), concentration and drawdown are fractions of equity or
    peak; liquidity the largest position as a fraction of its pool's depth; stops and safety the
    fraction of the stakes without a stop and in doubted tokens; volatility that of a day.
    """
    factors = [_points(factor, figures.get(factor, Decimal(0))) for factor in RiskFactor]
    total = sum((one.points for one in factors), Decimal(0))
    return RiskScore(
        score=int(total.to_integral_value(ROUND_HALF_UP)),
        factors=tuple(sorted(factors, key=lambda one: -one.points)),
    )


def _points(factor: RiskFactor, figure: Decimal) -> FactorScore:
    scale = _SCALES[factor]
    part = min(Decimal(1), max(Decimal(0), figure) / scale.full)
    return FactorScore(
        factor=factor, figure=figure, points=part * scale.weight, weight=scale.weight
    )
