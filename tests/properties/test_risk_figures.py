"""Heat, score and own limits keep within their bounds and never move the wrong way."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.positions import Position, PositionState, Side
from bot.domain.risk import RiskLimit
from bot.domain.risk_score import RiskFactor
from bot.domain.users import RoleLimits
from bot.engine.exposure import heat_at, share_bps
from bot.engine.risk_score import risk_score
from tests.builders.desks import NOON, limits

LAMPORTS = st.integers(0, 10**13)
LEVELS = st.decimals(0, 10**6, allow_nan=False, allow_infinity=False, places=9)
FIGURES = st.dictionaries(
    st.sampled_from(list(RiskFactor)), st.decimals(0, 100, allow_nan=False, places=6)
)
OWN = st.dictionaries(st.sampled_from([limit.key for limit in RiskLimit]), st.integers(1, 20_000))


def a_position(side: Side, units: int, collateral: int) -> Position:
    return Position(
        number=1,
        token_id=1,
        side=side,
        state=PositionState.OPEN,
        token_units=units,
        cost_lamports=collateral,
        margin_lamports=collateral if side is Side.SHORT else 0,
        proceeds_lamports=0,
        rent_lamports=0,
        leverage=1,
        realised_pnl_lamports=0,
        fees_lamports=0,
        entry_price=Decimal(1),
        opened_at=NOON,
    )


@given(st.sampled_from(Side), st.integers(1, 10**12), LAMPORTS, LAMPORTS, st.tuples(LEVELS, LEVELS))
def test_heat_is_part_of_the_worth_and_a_tighter_stop_never_raises_it(
    side: Side, units: int, collateral: int, worth: int, levels: tuple[Decimal, Decimal]
) -> None:
    position = a_position(side, units, collateral)
    tighter, looser = (max, min) if side is Side.LONG else (min, max)
    tight = heat_at(position, worth, tighter(*levels), 6)
    loose = heat_at(position, worth, looser(*levels), 6)
    assert 0 <= tight <= loose <= worth


@given(FIGURES, st.sampled_from(list(RiskFactor)), st.decimals(0, 10, places=4))
def test_the_score_stays_in_its_bounds_and_rises_with_every_factor(
    figures: dict[RiskFactor, Decimal], factor: RiskFactor, more: Decimal
) -> None:
    score = risk_score(figures)
    assert 0 <= score.score <= 100
    assert sum(one.weight for one in score.factors) == 100
    assert all(0 <= one.points <= one.weight for one in score.factors)
    riskier = risk_score({**figures, factor: figures.get(factor, Decimal(0)) + more})
    assert riskier.score >= score.score


def test_nothing_open_is_no_risk_and_all_of_it_is_a_hundred() -> None:
    assert risk_score({}).score == 0
    assert risk_score(dict.fromkeys(RiskFactor, Decimal(100))).score == 100


@given(LAMPORTS, LAMPORTS)
def test_a_share_is_never_rounded_in_favour(part: int, whole: int) -> None:
    bps = share_bps(part, whole)
    assert bps >= 0
    assert whole == 0 or bps * whole >= part * 10_000
    assert share_bps(part + 1, whole) >= bps


@given(OWN, OWN)
def test_own_limits_only_ever_tighten(role: dict[str, int], own: dict[str, int]) -> None:
    risk = {key: value for key, value in role.items() if key != "open_positions"}
    of_role: RoleLimits = limits()
    of_role = replace(
        of_role,
        open_positions=role.get("open_positions"),
        risk=replace(of_role.risk, **risk),
    )
    effective = of_role.tightened(own)
    for limit in RiskLimit:
        value = effective.value_of(limit)
        assert value is not None or of_role.value_of(limit) is None
        assert value is None or not limit.is_looser(value, of_role.value_of(limit))
        assert value in {of_role.value_of(limit), own.get(limit.key)}
