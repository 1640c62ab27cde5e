"""Concentrated liquidity: Orca's own expected figures, and walks across ticks."""

import pytest

from bot.domain.errors import PoolTooThin
from bot.domain.pools.concentrated import ConcentratedPool, KnownTicks, TickCrossing
from bot.domain.pools.concentrated_step import Stretch
from bot.domain.pools.sqrt_price import (
    MAX_SQRT_PRICE,
    MAX_TICK,
    MIN_SQRT_PRICE,
    MIN_TICK,
    sqrt_price_at,
)

LIQUIDITY = 10**15


def pool(ticks: KnownTicks, *, liquidity: int = LIQUIDITY, fee_rate: int = 400) -> ConcentratedPool:
    return ConcentratedPool(
        sqrt_price=sqrt_price_at(0),
        tick=0,
        liquidity=liquidity,
        fee_rate=fee_rate,
        ticks=ticks,
        first_payable=0,
        second_payable=0,
    )


def test_tick_prices_meet_the_programs_bounds() -> None:
    assert sqrt_price_at(MIN_TICK) == MIN_SQRT_PRICE
    assert sqrt_price_at(MAX_TICK) == MAX_SQRT_PRICE
    assert sqrt_price_at(0) == 2**64


# Liquidity, tick, is exact in, a to b, amount in, amount out; fee 1 %, no ticks in reach.
# Figures of whirlpool's swap_test_cases.json (33 to 60, 154, 155) and splash pool cases.
ORCA_FIGURES = [
    (2**110, 0, True, True, 18446744073709551615, 18262237226475716608),
    (2**110, 0, True, False, 18446744073709551615, 18262237226475459681),
    (2**110, 223027, True, False, 18446744073709551615, 3767894230),
    (2**110, 223027, True, True, 1000000000, 4798303927986552832),
    (2**64, -223027, True, False, 1000000000, 4798316034585962117),
    (2**64, 0, True, True, 18446744073709551615, 9177023433654500552),
    (2**64, 0, False, True, 1010101064860, 1000000000000),
    (2**64, 0, False, False, 1010101064860, 1000000000000),
    (2**64, 223027, False, False, 4895778055119342092, 1000000000),
]


@pytest.mark.parametrize(
    ("liquidity", "tick", "is_exact_in", "a_to_b", "amount_in", "amount_out"), ORCA_FIGURES
)
def test_one_stretch_gives_orcas_figures(
    *, liquidity: int, tick: int, is_exact_in: bool, a_to_b: bool, amount_in: int, amount_out: int
) -> None:
    stretch = Stretch(
        sqrt_price=sqrt_price_at(tick),
        target=MIN_SQRT_PRICE if a_to_b else MAX_SQRT_PRICE,
        liquidity=liquidity,
        fee_rate=10_000,
        a_to_b=a_to_b,
    )
    step = stretch.exact_in(amount_in) if is_exact_in else stretch.exact_out(amount_out)
    assert (step.amount_in, step.amount_out) == (amount_in, amount_out)


def test_a_walk_stops_where_knowledge_ends_and_says_how_much_would_fill() -> None:
    known = pool(KnownTicks(lowest_tick=-64, highest_tick=64))
    with pytest.raises(PoolTooThin) as refused:
        known.exact_in(first_in=True, amount=10**15)
    limit = refused.value.limit_units
    assert limit is not None
    assert known.exact_in(first_in=True, amount=limit).amount_out > 0
    with pytest.raises(PoolTooThin):
        known.exact_in(first_in=True, amount=limit + 1)


def test_crossing_a_tick_downwards_takes_its_liquidity_away() -> None:
    edge = (TickCrossing(tick=-64, liquidity_net=LIQUIDITY // 2),)
    thinner = pool(KnownTicks(lowest_tick=-640, highest_tick=64, crossings=edge))
    even = pool(KnownTicks(lowest_tick=-640, highest_tick=64))
    amount = 10 * 10**12
    assert (
        thinner.exact_in(first_in=True, amount=amount).amount_out
        < even.exact_in(first_in=True, amount=amount).amount_out
    )


def test_crossing_a_tick_upwards_adds_its_liquidity() -> None:
    edge = (TickCrossing(tick=64, liquidity_net=LIQUIDITY),)
    deeper = pool(KnownTicks(lowest_tick=-64, highest_tick=640, crossings=edge))
    even = pool(KnownTicks(lowest_tick=-64, highest_tick=640))
    amount = 10 * 10**12
    assert (
        deeper.exact_in(first_in=False, amount=amount).amount_out
        > even.exact_in(first_in=False, amount=amount).amount_out
    )


def test_a_gap_without_liquidity_is_walked_over() -> None:
    gap = (
        TickCrossing(tick=-128, liquidity_net=-LIQUIDITY),
        TickCrossing(tick=-64, liquidity_net=LIQUIDITY),
    )
    gapped = pool(KnownTicks(lowest_tick=-640, highest_tick=64, crossings=gap))
    with pytest.raises(PoolTooThin) as refused:
        pool(KnownTicks(lowest_tick=-64, highest_tick=64)).exact_in(first_in=True, amount=10**14)
    enough = (refused.value.limit_units or 0) * 2
    assert gapped.exact_in(first_in=True, amount=enough).amount_out > 0


def test_ticks_that_contradict_the_pool_are_refused() -> None:
    edge = (TickCrossing(tick=-64, liquidity_net=LIQUIDITY + 1),)
    with pytest.raises(PoolTooThin, match="contradict"):
        pool(KnownTicks(lowest_tick=-640, highest_tick=64, crossings=edge)).exact_in(
            first_in=True, amount=10**14
        )
