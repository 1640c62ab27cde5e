"""The figures of a report hold what their definitions promise, whatever somebody's luck was."""

import math
import statistics
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.performance import (
    FEWEST_RETURNS,
    EquityPoint,
    Exits,
    daily_closes,
    exit_growth,
    max_drawdown,
    median,
    returns,
    sharpe,
    sortino,
)

MONDAY = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)
results = st.lists(st.integers(-(10**14), 10**14), max_size=40)
worths = st.lists(st.integers(1, 10**15), min_size=1, max_size=60)
daily = st.lists(st.decimals(-1, 5, places=6), min_size=FEWEST_RETURNS, max_size=60)


def exits_of(found: list[int]) -> Exits:
    return Exits(
        exits=len(found),
        wins=sum(one > 0 for one in found),
        losses=sum(one < 0 for one in found),
        gained_lamports=sum(one for one in found if one > 0),
        lost_lamports=-sum(one for one in found if one < 0),
        held_seconds=Decimal(60 * len(found)),
    )


@given(results)
def test_exits_add_up_and_their_average_is_the_expectancy(found: list[int]) -> None:
    exits = exits_of(found)
    assert exits.realised_lamports == sum(found)
    if not found:
        assert (exits.win_rate, exits.expectancy_lamports, exits.average_held) == (None,) * 3
        return
    assert exits.average_held == timedelta(minutes=1)
    assert exits.expectancy_lamports == pytest.approx(Decimal(sum(found)) / len(found))
    # As it is usually written: what is won times how often, less what is lost times how often.
    won = [one for one in found if one > 0]
    lost = [-one for one in found if one < 0]
    usual = Decimal(0)
    usual += Decimal(len(won)) / len(found) * (Decimal(sum(won)) / len(won)) if won else 0
    usual -= Decimal(len(lost)) / len(found) * (Decimal(sum(lost)) / len(lost)) if lost else 0
    assert exits.expectancy_lamports == pytest.approx(usual, abs=Decimal("0.001"))


@given(results)
def test_a_profit_factor_above_one_is_a_gain(found: list[int]) -> None:
    exits = exits_of(found)
    factor = exits.profit_factor
    if factor is None:
        assert all(one >= 0 for one in found)
    else:
        assert (factor > 1) == (exits.realised_lamports > 0)


@given(worths)
def test_a_drawdown_is_the_deepest_of_all_falls(course: list[int]) -> None:
    deepest = max_drawdown(course)
    falls = [
        (before - after) / before for place, before in enumerate(course) for after in course[place:]
    ]
    assert float(deepest.fraction) == pytest.approx(max(falls), abs=1e-12)
    assert 0 <= deepest.fraction < 1
    assert (deepest.lamports == 0) == (course == sorted(course))


@given(worths, st.integers(2, 1000))
def test_a_drawdown_knows_no_unit(course: list[int], factor: int) -> None:
    scaled = max_drawdown([one * factor for one in course])
    assert scaled.fraction == pytest.approx(max_drawdown(course).fraction)


def test_a_fall_from_nothing_or_to_nothing() -> None:
    assert max_drawdown([]).fraction == 0
    assert max_drawdown([0, 0]).fraction == 0
    assert max_drawdown([5, 0]).fraction == 1


@given(daily)
def test_ratios_are_those_of_the_statistics_library(found: list[Decimal]) -> None:
    floats = [float(one) for one in found]
    mean, spread = statistics.fmean(floats), statistics.stdev(floats)
    ratio = sharpe(found)
    if ratio is None:
        assert spread == pytest.approx(0, abs=1e-9)
    else:
        assert float(ratio) == pytest.approx(mean / spread * math.sqrt(365), rel=1e-6, abs=1e-6)
    below = math.sqrt(statistics.fmean([min(one, 0.0) ** 2 for one in floats]))
    ratio = sortino(found)
    if ratio is None:
        assert all(one >= 0 for one in found)
    else:
        assert float(ratio) == pytest.approx(mean / below * math.sqrt(365), rel=1e-6, abs=1e-6)


def test_too_few_days_or_days_all_alike_have_no_ratio() -> None:
    few = [Decimal("0.01"), Decimal("-0.02")] * 3
    assert (sharpe(few), sortino(few)) == (None, None)
    alike = [Decimal("0.01")] * 30
    assert (sharpe(alike), sortino(alike)) == (None, None)


@given(worths)
def test_returns_multiply_back_to_the_whole(course: list[int]) -> None:
    whole = Decimal(course[0])
    for one in returns(course):
        whole *= 1 + one
    assert whole == pytest.approx(Decimal(course[-1]), rel=Decimal("1e-12"))


def test_each_day_ends_with_its_last_point_and_a_quiet_one_as_it_began() -> None:
    opening = EquityPoint(at=MONDAY, equity_lamports=100)
    points = [
        EquityPoint(at=MONDAY + timedelta(hours=hours), equity_lamports=worth)
        for hours, worth in ((1, 90), (14, 110), (15, 105), (70, 120))
    ]
    closes = daily_closes(opening, points, MONDAY + timedelta(days=4))
    assert closes == [100, 110, 105, 105, 120, 120]


def test_a_return_after_nothing_is_left_out() -> None:
    assert returns([100, 0, 50, 75]) == [Decimal(-1), Decimal("0.5")]


@given(st.booleans(), st.integers(10**6, 10**12), st.integers(10**6, 10**12))
def test_what_an_exit_came_to_is_told_by_what_went_in(
    is_long: bool,
    stake: int,
    came_back: int,
) -> None:
    fee = 15_000
    # Bought for the stake and sold again, or sold short for it and bought back.
    gained = came_back - stake if is_long else stake - came_back
    realised = gained - fee
    growth = exit_growth(
        is_long=is_long, sol_lamports=came_back, fee_lamports=fee, realised_lamports=realised
    )
    assert growth == pytest.approx(Decimal(realised) / stake)


@given(st.lists(st.decimals(-1, 10, places=4), max_size=30))
def test_the_median_is_the_middle(found: list[Decimal]) -> None:
    if not found:
        assert median(found) is None
    else:
        assert median(found) == statistics.median(found)
