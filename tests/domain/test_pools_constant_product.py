"""Constant-product pools: figures worked out by hand from the programs' formulas."""

from decimal import Decimal

import pytest

from bot.domain.errors import PoolTooThin
from bot.domain.pools.constant_product import ConstantProductPool, FeeRate, SwapFees
from bot.domain.pools.oriented import OrientedCurve
from bot.domain.pools.reading import Curve, Direction

QUARTER_PERCENT = SwapFees(on_input=FeeRate(numerator=25, denominator=10_000))


def curve(*, is_base_first: bool = True, fees: SwapFees = QUARTER_PERCENT) -> Curve:
    pool = ConstantProductPool(
        first_reserve=1_000_000,
        second_reserve=4_000_000,
        first_in_fees=fees,
        second_in_fees=fees,
    )
    return OrientedCurve(pool=pool, is_base_first=is_base_first)


def test_fee_rounds_up_and_output_down() -> None:
    swap = curve().swap_exact_in(Direction.SELL_BASE, 1_001)
    # fee ceil(1001 * 25 / 10000) = 3; out floor(998 * 4000000 / 1000998) = 3988
    assert (swap.amount_out, swap.fee_units, swap.fee_in_quote) == (3_988, 3, False)


def test_buying_pays_its_fee_in_quote() -> None:
    swap = curve().swap_exact_in(Direction.BUY_BASE, 4_000)
    # fee 10; out floor(3990 * 1000000 / 4003990) = 996
    assert (swap.amount_out, swap.fee_units, swap.fee_in_quote) == (996, 10, True)


def test_exact_out_names_the_smallest_input() -> None:
    swap = curve().swap_exact_out(Direction.SELL_BASE, 3_988)
    one_less = curve().swap_exact_in(Direction.SELL_BASE, swap.amount_in - 1)
    assert swap.amount_out == 3_988
    assert one_less.amount_out < 3_988


def test_turning_the_pool_round_inverts_price_and_depth() -> None:
    assert curve().spot_units() == Decimal(4)
    assert curve(is_base_first=False).spot_units() == Decimal("0.25")
    assert curve().depth_quote_units() == 4_000_000
    assert curve(is_base_first=False).depth_quote_units() == 1_000_000


def test_turned_round_a_purchase_is_the_stored_sale() -> None:
    bought = curve(is_base_first=False).swap_exact_in(Direction.BUY_BASE, 1_001)
    assert (bought.amount_out, bought.fee_in_quote) == (3_988, True)


def test_creator_fee_on_the_output_counts_in_input_units() -> None:
    fees = SwapFees(
        on_input=FeeRate(numerator=0, denominator=1_000_000),
        on_output=FeeRate(numerator=10_000, denominator=1_000_000),
    )
    swap = curve(fees=fees).swap_exact_in(Direction.SELL_BASE, 1_000)
    # swapped floor(1000 * 4000000 / 1001000) = 3996, creator ceil(39.96) = 40
    assert swap.amount_out == 3_956
    assert swap.fee_units == 11  # ceil(40 * 1000 / 3996)


def test_impact_is_measured_before_fees() -> None:
    swap = curve().swap_exact_in(Direction.BUY_BASE, 4_010_026)
    # 4000000 net doubles the quote side: average price 8 against 4
    assert abs(swap.impact - 1) < Decimal("0.00001")


@pytest.mark.parametrize("amount", [0, -1, 2**64])
def test_amounts_that_no_account_can_hold_are_refused(amount: int) -> None:
    with pytest.raises(PoolTooThin):
        curve().swap_exact_in(Direction.SELL_BASE, amount)


def test_more_than_the_pool_holds_is_refused() -> None:
    with pytest.raises(PoolTooThin):
        curve().swap_exact_out(Direction.BUY_BASE, 1_000_000)


def test_an_empty_pool_has_no_price_and_takes_nothing() -> None:
    pool = ConstantProductPool(
        first_reserve=0,
        second_reserve=5,
        first_in_fees=QUARTER_PERCENT,
        second_in_fees=QUARTER_PERCENT,
    )
    empty = OrientedCurve(pool=pool, is_base_first=False)
    assert empty.spot_units() == 0
    with pytest.raises(PoolTooThin):
        empty.swap_exact_in(Direction.BUY_BASE, 10)
