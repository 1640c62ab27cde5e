"""Levels, trails and sizes mean what people mean by them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.candles import Candle, Interval
from bot.domain.errors import Refusal
from bot.domain.exit_spelling import read_exits, spell_exits
from bot.domain.levels import Level, LevelUnit, PriceBasis, against, in_favour, resolve
from bot.domain.positions import Position, PositionState, Side
from bot.domain.resting import RestingKind
from bot.domain.resting_plans import (
    BreakEven,
    Entry,
    Exit,
    Size,
    SizeUnit,
    Stop,
    TakeProfit,
    TimeExit,
    Trailing,
)
from bot.domain.triggers import Gauge
from bot.engine.resting_placing import ExitBasis, exit_orders
from bot.engine.resting_sizes import Means, size_lamports
from bot.engine.trailing import average_true_range, believed_price, trail_level
from tests.builders.desks import NOON, SOL, token

PRICE = Decimal("0.02")
MEANS = Means(cash_lamports=50 * SOL, equity_lamports=80 * SOL)
_numbers = st.decimals(min_value="0.001", max_value=1000, places=6)
_levels = st.builds(Level, unit=st.sampled_from(list(LevelUnit)), value=_numbers)
_shares = st.integers(1, 100)
EXITS = st.one_of(
    st.builds(Stop, level=_levels, share_percent=_shares),
    st.builds(TakeProfit, level=_levels, share_percent=_shares),
    st.builds(BreakEven, level=_levels),
    st.builds(Trailing, percent=_numbers, share_percent=_shares),
    st.builds(Trailing, atr_times=_numbers, atr_interval=st.sampled_from(list(Interval))),
    st.builds(TimeExit, after=st.integers(60, 10**6).map(lambda s: timedelta(seconds=s))),
)


def prices(**changes: object) -> PriceBasis:
    basis = PriceBasis(token=token(), reference=PRICE, price=PRICE, sol_usd=Decimal(150))
    return replace(basis, **changes)  # type: ignore[arg-type]


def position(units: int = 1_000_001, side: Side = Side.LONG) -> Position:
    return Position(
        number=1,
        token_id=1,
        side=side,
        state=PositionState.OPEN,
        token_units=units,
        cost_lamports=SOL,
        margin_lamports=0,
        proceeds_lamports=0,
        rent_lamports=0,
        leverage=1,
        realised_pnl_lamports=0,
        fees_lamports=0,
        entry_price=PRICE,
        opened_at=NOON,
    )


def basis(**changes: object) -> ExitBasis:
    made = ExitBasis(position=position(), prices=prices(), at=NOON, ranges={})
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("level", "gauge", "value"),
    [
        (Level(unit=LevelUnit.SOL, value=Decimal("0.03")), Gauge.PRICE_SOL, "0.03"),
        (Level(unit=LevelUnit.USD, value=Decimal(3)), Gauge.PRICE_USD, "3"),
        (against(Side.LONG, Decimal(8)), Gauge.PRICE_SOL, "0.0184"),
        (in_favour(Side.SHORT, Decimal(8)), Gauge.PRICE_SOL, "0.0184"),
        # The supply is a thousand million tokens.
        (Level(unit=LevelUnit.CAP_USD, value=Decimal(10**9)), Gauge.PRICE_USD, "1"),
    ],
)
def test_a_level_means_a_figure(level: Level, gauge: Gauge, value: str) -> None:
    marker = resolve(level, prices())
    assert (marker.gauge, marker.value) == (gauge, Decimal(value))


def test_dollars_that_nobody_knows_are_refused() -> None:
    with pytest.raises(Refusal, match="no_dollars"):
        resolve(Level(unit=LevelUnit.USD, value=Decimal(3)), prices(sol_usd=None))


@given(st.lists(EXITS, max_size=6).map(tuple))
def test_exits_are_read_back_as_they_were_spelt(exits: tuple[Exit, ...]) -> None:
    assert read_exits(spell_exits(exits)) == exits


@given(units=st.integers(300, 10**15), first=st.integers(1, 98), second=st.integers(1, 98))
def test_the_steps_of_a_whole_ladder_leave_no_dust(units: int, first: int, second: int) -> None:
    if first + second >= 100:
        return
    ups = [(5, first), (10, second), (15, 100 - first - second)]
    steps = [
        TakeProfit(level=in_favour(Side.LONG, Decimal(up)), share_percent=share)
        for up, share in ups
    ]
    orders = exit_orders(steps, basis(position=position(units)), 7)
    assert [order.number for order in orders] == [7, 8, 9]
    assert sum(order.token_units or 0 for order in orders) == units


def test_a_trail_by_range_keeps_its_distance() -> None:
    found = {Interval.HOUR: Decimal("0.001")}
    (order,) = exit_orders([Trailing(atr_times=Decimal(3))], basis(ranges=found), 7)
    assert order.kind is RestingKind.TRAILING
    assert order.wait.level == Decimal("0.017")
    assert trail_level(Side.LONG, Decimal("0.03"), order.details) == Decimal("0.027")
    with pytest.raises(Refusal, match="bad_trail"):
        exit_orders([Trailing(atr_times=Decimal(30))], basis(ranges=found), 7)


def test_the_true_range_counts_gaps_and_wants_fifteen_candles() -> None:
    def candle(number: int, low: int, high: int, close: int) -> Candle:
        return Candle(
            opened_at=NOON + number * Interval.HOUR.length,
            open=Decimal(low),
            high=Decimal(high),
            low=Decimal(low),
            close=Decimal(close),
        )

    flat = [candle(number, 10, 12, 11) for number in range(14)]
    assert average_true_range(flat) is None
    # Thirteen candles of 2 and one that opens 9 above the close before it: (13 * 2 + 11) / 14.
    assert average_true_range([*flat, candle(14, 20, 22, 21)]) == Decimal(37) / 14


@given(st.lists(_numbers, min_size=2, max_size=5))
def test_a_price_is_believed_only_as_far_as_it_held(readings: list[Decimal]) -> None:
    assert believed_price(Side.LONG, readings) == min(readings)
    assert believed_price(Side.SHORT, readings) == max(readings)


@pytest.mark.parametrize(
    ("size", "leverage", "lamports"),
    [
        (Size(unit=SizeUnit.LAMPORTS, value=Decimal(3 * SOL)), 1, 3 * SOL),
        (Size(unit=SizeUnit.CASH_PERCENT, value=Decimal(50)), 1, (50 * SOL - 3_000_000) // 2),
        # 1 % of 80 SOL is lost at 8 %: 10 SOL, or 5 with twice the leverage.
        (Size(unit=SizeUnit.RISK_PERCENT, value=Decimal(1)), 1, 10 * SOL),
        (Size(unit=SizeUnit.RISK_PERCENT, value=Decimal(1)), 2, 5 * SOL),
    ],
)
def test_a_size_is_what_was_meant(size: Size, leverage: int, lamports: int) -> None:
    entry = Entry(
        token_id=1,
        side=Side.SHORT,
        size=size,
        leverage=leverage,
        exits=(Stop(level=against(Side.SHORT, Decimal(8))),),
    )
    here = resolve(Level(unit=LevelUnit.SOL, value=PRICE), prices())
    assert size_lamports(entry, MEANS, here, prices()) == lamports


def test_a_size_by_risk_without_a_stop_is_refused() -> None:
    size = Size(unit=SizeUnit.RISK_PERCENT, value=Decimal(1))
    entry = Entry(token_id=1, side=Side.LONG, size=size)
    here = resolve(Level(unit=LevelUnit.SOL, value=PRICE), prices())
    with pytest.raises(Refusal, match="risk_needs_stop"):
        size_lamports(entry, MEANS, here, prices())
