"""A path of two pools is its pools, to the unit: no more comes out, no less goes in."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import PoolTooThin, UnreadableAccount
from bot.domain.identifiers import SOL_MINT, USDC_MINT
from bot.domain.pools.concentrated import ConcentratedPool, KnownTicks
from bot.domain.pools.constant_product import ConstantProductPool, FeeRate, SwapFees
from bot.domain.pools.flipped import facing
from bot.domain.pools.oriented import OrientedCurve
from bot.domain.pools.path import PathCurve, path
from bot.domain.pools.reading import Direction, PoolReading
from bot.domain.pools.sqrt_price import sqrt_price_at
from tests.builders.desks import pool

reserves = st.integers(1, 2**62) | st.integers(1, 10**6)
units = st.integers(1, 2**64 - 1) | st.integers(1, 10**6) | st.integers(1, 10**12)
rates = st.builds(FeeRate, numerator=st.integers(0, 9_999), denominator=st.just(10_000))
fees = st.builds(SwapFees, on_input=rates, on_output=rates)
products = st.builds(
    ConstantProductPool,
    first_reserve=reserves,
    second_reserve=reserves,
    first_in_fees=fees,
    second_in_fees=fees,
)
narrow = st.builds(
    lambda tick, liquidity: ConcentratedPool(
        sqrt_price=sqrt_price_at(tick),
        tick=tick,
        liquidity=liquidity,
        fee_rate=3_000,
        ticks=KnownTicks(lowest_tick=tick - 200, highest_tick=tick + 200),
        first_payable=2**63,
        second_payable=2**63,
    ),
    st.integers(-50_000, 50_000),
    st.integers(10**6, 10**15),
)
curves = st.builds(OrientedCurve, pool=products | narrow, is_base_first=st.booleans())
paths = st.builds(PathCurve, first=curves, second=curves)
directions = st.sampled_from(Direction)


@given(paths, directions, units)
def test_a_path_pays_what_its_pools_pay_one_after_the_other(
    curve: PathCurve, direction: Direction, amount: int
) -> None:
    try:
        swap = curve.swap_exact_in(direction, amount)
    except PoolTooThin:
        return
    first, second = swap.legs
    entered, left = (first, second) if direction is Direction.SELL_BASE else (second, first)
    assert (swap.amount_in, entered.amount_in) == (amount, amount)
    assert entered.amount_out == left.amount_in
    assert swap.amount_out == left.amount_out
    assert swap.impact >= max(first.impact, second.impact) >= 0
    assert swap.fee_in_quote
    assert swap.fee_units >= 0


@given(paths, directions, units)
def test_the_smallest_input_yields_what_was_asked_and_one_less_does_not(
    curve: PathCurve, direction: Direction, amount_out: int
) -> None:
    try:
        swap = curve.swap_exact_out(direction, amount_out)
    except PoolTooThin:
        return
    assert swap.amount_out >= amount_out
    assert curve.swap_exact_in(direction, swap.amount_in) == swap
    if swap.amount_in > 1:
        try:
            less = curve.swap_exact_in(direction, swap.amount_in - 1)
        except PoolTooThin:
            return
        assert less.amount_out < amount_out


@given(paths, units)
def test_there_and_back_through_a_path_never_gains(curve: PathCurve, amount: int) -> None:
    try:
        bought = curve.swap_exact_in(Direction.BUY_BASE, amount)
        price = Fraction(curve.spot_units())
        assert bought.amount_out * price <= amount * (1 + Fraction(1, 10**30))
        sold = curve.swap_exact_in(Direction.SELL_BASE, bought.amount_out)
    except PoolTooThin:
        return
    assert sold.amount_out <= bought.amount_out * price * (1 + Fraction(1, 10**30))


@given(paths, directions, units)
def test_what_is_said_to_fit_fits(curve: PathCurve, direction: Direction, amount: int) -> None:
    limit = _limit(curve, direction, amount)
    if limit is not None and 0 < limit < amount:
        # So little may be left that nothing comes out; more than that is never promised.
        left = _limit(curve, direction, limit)
        assert left is None or left <= limit


def _limit(curve: PathCurve, direction: Direction, amount: int) -> int | None:
    """Give the largest input said to fill, where a swap does not."""
    try:
        curve.swap_exact_in(direction, amount)
    except PoolTooThin as error:
        return error.limit_units
    return None


@given(paths)
def test_a_path_is_no_deeper_than_its_last_pool(curve: PathCurve) -> None:
    assert 0 <= curve.depth_quote_units() <= curve.second.depth_quote_units()


def test_a_token_of_dollars_is_priced_in_sol_as_of_the_older_slot() -> None:
    in_dollars = _in_dollars(slot=120)
    dollars = replace(
        pool(mint=USDC_MINT, token_reserve=150_000 * 10**6, sol_reserve=1_000 * 10**9, slot=117),
        address="dollars",
        halt="swaps are off",
    )
    whole = path(in_dollars, dollars)
    assert (whole.base_mint, whole.quote_mint) == (in_dollars.base_mint, SOL_MINT)
    assert whole.slot == 117
    assert whole.halt == "swaps are off"
    assert round(whole.price * 150, 9) == 3
    assert whole.legs == (in_dollars, dollars)
    assert whole.curve.depth_quote_units() == 200 * 10**9
    with pytest.raises(UnreadableAccount):
        path(dollars, in_dollars)
    with pytest.raises(UnreadableAccount):
        path(whole, dollars)


def test_a_pool_is_turned_to_either_of_its_tokens_and_to_no_other() -> None:
    one = _in_dollars(slot=1)
    turned = facing(one, USDC_MINT)
    assert (turned.base_mint, turned.quote_mint) == (USDC_MINT, one.base_mint)
    assert facing(turned, one.base_mint) == one
    with pytest.raises(UnreadableAccount):
        facing(one, SOL_MINT)


def _in_dollars(slot: int) -> PoolReading:
    return replace(
        pool(token_reserve=10_000 * 10**6, sol_reserve=30_000 * 10**6, slot=slot),
        quote_mint=USDC_MINT,
        quote_decimals=6,
    )
