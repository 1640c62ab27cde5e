"""Orca's adaptive fee: it grows with distance, up to its height, group by group."""

from dataclasses import replace

import pytest

from bot.domain.errors import PoolTooThin
from bot.domain.pools.adaptive_fee import AdaptiveFee
from bot.domain.pools.concentrated import ConcentratedPool, KnownTicks
from bot.domain.pools.sqrt_price import sqrt_price_at

FEE = AdaptiveFee(
    fixed_rate=3_000,
    control_factor=4_000,
    highest_volatility=350_000,
    group_size=64,
    reference_group=0,
    volatility_reference=0,
)


def pool(fee: AdaptiveFee | None) -> ConcentratedPool:
    return ConcentratedPool(
        sqrt_price=sqrt_price_at(32),
        tick=32,
        liquidity=10**15,
        fee_rate=3_000,
        ticks=KnownTicks(lowest_tick=-5_632, highest_tick=5_631),
        first_payable=0,
        second_payable=0,
        adaptive_fee=fee,
    )


def test_the_rate_grows_with_the_square_of_the_distance() -> None:
    # ceil(4000 * (distance * 10000 * 64)^2 / (100000 * 10000^2)) on top of 3000
    assert [FEE.rate_in(group) for group in (0, 1, -1, 10)] == [3_000, 3_164, 3_164, 19_384]


def test_the_rate_has_a_height_of_its_own_and_one_for_all() -> None:
    assert FEE.rate_in(35) == FEE.rate_in(1_000) == 100_000
    low = replace(FEE, highest_volatility=20_000)
    assert low.rate_in(2) == low.rate_in(50) == 3_656


def test_a_swap_within_its_group_pays_the_fixed_rate() -> None:
    for first_in in (True, False):
        fixed = pool(None).exact_in(first_in=first_in, amount=10**9)
        assert pool(FEE).exact_in(first_in=first_in, amount=10**9) == fixed


def test_a_swap_across_groups_pays_more_than_the_fixed_rate() -> None:
    for first_in in (True, False):
        fixed = pool(None).exact_in(first_in=first_in, amount=10**14)
        adaptive = pool(FEE).exact_in(first_in=first_in, amount=10**14)
        assert adaptive.fee_units > 2 * fixed.fee_units
        assert adaptive.amount_out < fixed.amount_out


def test_without_a_control_factor_the_rate_stays_fixed() -> None:
    still = replace(FEE, control_factor=0)
    fixed = pool(None).exact_in(first_in=True, amount=10**14)
    assert pool(still).exact_in(first_in=True, amount=10**14) == fixed


def test_exact_out_finds_the_smallest_input_across_groups() -> None:
    found = pool(FEE).exact_out(first_in=True, amount=10**13)
    assert found.amount_out >= 10**13
    assert pool(FEE).exact_in(first_in=True, amount=found.amount_in - 1).amount_out < 10**13


def test_a_pool_of_countless_groups_does_not_keep_us_busy() -> None:
    fine = replace(FEE, group_size=1, highest_volatility=2**32)
    with pytest.raises(PoolTooThin, match="steps"):
        pool(fine).exact_in(first_in=True, amount=2 * 10**14)
