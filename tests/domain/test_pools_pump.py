"""Pump's curve and pools: worked figures, caps on what is really there, fee tiers."""

import pytest

from bot.domain.errors import PoolTooThin
from bot.domain.identifiers import SOL_MINT, USDC_MINT
from bot.domain.pools.oriented import OrientedCurve
from bot.domain.pools.pump import PumpPool
from bot.domain.pools.pump_fees import FeeSchedule, FeeTier, PumpFees, market_cap
from bot.domain.pools.reading import Curve, Direction

CURVE_FEES = PumpFees(protocol_bps=95, creator_bps=30)
FRESH_CURVE = PumpPool(
    base_reserve=1_073_000_000_000_000,
    quote_reserve=30_000_000_000,
    base_payable=793_100_000_000_000,
    quote_payable=0,
    fees=CURVE_FEES,
)


def oriented(pool: PumpPool) -> Curve:
    return OrientedCurve(pool=pool, is_base_first=True)


def test_first_purchase_of_one_sol_follows_the_documented_formula() -> None:
    swap = oriented(FRESH_CURVE).swap_exact_in(Direction.BUY_BASE, 1_000_000_000)
    # net floor(1e9 * 10000 / 10125) = 987654320, fees ceil(9382716.04) + ceil(2962962.96)
    # = 12345680, together 1e9; tokens floor(987654319 * 1.073e15 / 30987654319)
    assert swap.amount_out == 34_199_203_120_618
    assert (swap.fee_units, swap.fee_in_quote) == (12_345_680, True)


def test_a_fresh_curve_cannot_pay_for_sales() -> None:
    with pytest.raises(PoolTooThin) as refused:
        oriented(FRESH_CURVE).swap_exact_in(Direction.SELL_BASE, 10**12)
    assert refused.value.limit_units == 0


def test_a_purchase_beyond_the_real_tokens_names_the_largest_that_fills() -> None:
    curve = oriented(FRESH_CURVE)
    with pytest.raises(PoolTooThin) as refused:
        curve.swap_exact_in(Direction.BUY_BASE, 200_000_000_000)
    limit = refused.value.limit_units
    assert limit is not None
    assert curve.swap_exact_in(Direction.BUY_BASE, limit).amount_out == 793_100_000_000_000


def test_a_sale_is_capped_by_the_real_quote_not_the_virtual() -> None:
    pool = PumpPool(
        base_reserve=10**12,
        quote_reserve=30 * 10**9,
        base_payable=10**12,
        quote_payable=10**9,
        fees=PumpFees(lp_bps=20, protocol_bps=5),
    )
    curve = oriented(pool)
    assert curve.depth_quote_units() == 10**9
    with pytest.raises(PoolTooThin) as refused:
        curve.swap_exact_in(Direction.SELL_BASE, 10**11)
    limit = refused.value.limit_units
    assert limit is not None
    assert curve.swap_exact_in(Direction.SELL_BASE, limit).amount_out > 0
    with pytest.raises(PoolTooThin):
        curve.swap_exact_in(Direction.SELL_BASE, limit + 1)


def test_each_fee_of_a_sale_rounds_up_by_itself() -> None:
    pool = PumpPool(
        base_reserve=10**6,
        quote_reserve=10**6,
        base_payable=10**6,
        quote_payable=10**6,
        fees=PumpFees(lp_bps=2, protocol_bps=93, creator_bps=30),
    )
    swap = oriented(pool).swap_exact_in(Direction.SELL_BASE, 1_011)
    # raised floor(1011e6 / 1001011) = 1009; fees 1 + 10 + 4
    assert (swap.amount_out, swap.fee_units, swap.fee_in_quote) == (994, 15, True)


SCHEDULE = FeeSchedule(
    flat=PumpFees(lp_bps=25, protocol_bps=5),
    sol_tiers=(
        FeeTier(from_market_cap=0, fees=PumpFees(lp_bps=2, protocol_bps=93, creator_bps=30)),
        FeeTier(from_market_cap=420, fees=PumpFees(lp_bps=20, protocol_bps=5, creator_bps=95)),
    ),
    stable_tiers=(FeeTier(from_market_cap=50, fees=PumpFees(lp_bps=7)),),
)


@pytest.mark.parametrize(
    ("is_canonical", "quote_mint", "cap", "total_bps"),
    [
        (True, SOL_MINT, 419, 125),
        (True, SOL_MINT, 420, 120),
        (True, USDC_MINT, 1, 7),
        (True, "exotic", 420, 30),
        (False, SOL_MINT, 420, 30),
    ],
)
def test_fee_schedule_follows_quote_and_market_cap(
    *, is_canonical: bool, quote_mint: str, cap: int, total_bps: int
) -> None:
    fees = SCHEDULE.fees_for(is_canonical=is_canonical, quote_mint=quote_mint, market_cap=cap)
    assert fees.total_bps == total_bps


def test_market_cap_of_an_empty_pool_is_nothing() -> None:
    assert market_cap(quote_reserve=5, base_reserve=0, supply=10) == 0
    assert market_cap(quote_reserve=-5, base_reserve=3, supply=10) == 0
    assert market_cap(quote_reserve=5, base_reserve=2, supply=3) == 7
