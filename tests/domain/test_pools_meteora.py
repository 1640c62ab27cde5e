"""Meteora's arithmetic against figures worked by hand: curves, steps, and fees of every kind."""

import pytest

from bot.domain.errors import PoolTooThin, UnreadableAccount
from bot.domain.pools.meteora_curves import RangeCurve, ReservesCurve
from bot.domain.pools.meteora_fees import FeeSteps, MeteoraFees, RateLimiter, variable_rate
from bot.domain.pools.meteora_pool import MeteoraCurve, MeteoraPool
from bot.domain.pools.stepped_curve import CurveStep, SteppedCurve

ONE = 2**64
ONE_PERCENT = 10_000_000
MANY = 10**18
# A million millions on both sides at a price of one, over all prices.
EVEN = RangeCurve(
    lowest=4_295_048_016,
    highest=79_226_673_521_066_979_257_578_248_091,
    sqrt_price=ONE,
    liquidity=ONE * 10**12,
)
# One million of quote buys half a million from 1 to 2 (as square roots), six more 750,000 to 4.
LAUNCH = SteppedCurve(
    steps=(
        CurveStep(lower=ONE, upper=2 * ONE, liquidity=ONE * 10**6),
        CurveStep(lower=2 * ONE, upper=4 * ONE, liquidity=ONE * 3 * 10**6),
    ),
    sqrt_price=ONE,
    migration_price=4 * ONE,
)


def pool(
    curve: MeteoraCurve,
    *,
    rate: int = ONE_PERCENT,
    is_fee_in_second: bool = True,
    limiter: RateLimiter | None = None,
) -> MeteoraPool:
    fees = MeteoraFees(base_rate=rate, most_rate=990_000_000, limiter=limiter)
    return MeteoraPool(
        curve=curve,
        fees=fees,
        is_fee_in_second=is_fee_in_second,
        first_payable=MANY,
        second_payable=MANY,
    )


def test_a_sale_pays_its_fee_out_of_what_it_draws() -> None:
    trade = pool(EVEN).exact_in(first_in=True, amount=10**9)
    assert trade.gross_out == 999_000_999  # 10^12 * (1 - 1 / 1.001)
    assert trade.fee_units == 9_990_010
    assert trade.amount_out == 989_010_989
    assert not trade.is_fee_on_input


def test_a_purchase_pays_its_fee_before_it_moves_the_price() -> None:
    trade = pool(EVEN).exact_in(first_in=False, amount=10**9)
    assert (trade.fee_units, trade.net_in) == (10_000_000, 990_000_000)
    assert trade.amount_out == 989_020_869  # 990,000,000 / 1.00099
    assert trade.is_fee_on_input


def test_where_fees_are_taken_in_both_tokens_a_purchase_pays_in_what_it_buys() -> None:
    trade = pool(EVEN, is_fee_in_second=False).exact_in(first_in=False, amount=10**9)
    assert (trade.net_in, trade.gross_out) == (10**9, 999_000_999)
    assert trade.amount_out == 989_010_989
    assert not trade.is_fee_on_input


def test_a_range_ends_where_its_liquidity_ends() -> None:
    narrow = RangeCurve(lowest=ONE, highest=2 * ONE, sqrt_price=ONE, liquidity=ONE * 10**6)
    assert narrow.output(first_in=False, net_in=10**6) == 500_000
    with pytest.raises(PoolTooThin) as caught:
        pool(narrow).exact_in(first_in=False, amount=10**6 * 100 // 99 + 2)
    assert caught.value.limit_units == 10**6 * 100 // 99
    assert pool(narrow).exact_in(first_in=False, amount=10**6 * 100 // 99).amount_out > 499_900
    with pytest.raises(PoolTooThin) as caught:
        pool(narrow).exact_in(first_in=True, amount=1)
    assert caught.value.limit_units == 0


def test_two_reserves_swap_by_their_product() -> None:
    compounding = pool(ReservesCurve(first_reserve=1_000, second_reserve=4_000))
    assert compounding.price() == 4
    sale = compounding.exact_in(first_in=True, amount=1_000)
    assert (sale.gross_out, sale.amount_out) == (2_000, 1_980)
    purchase = compounding.exact_in(first_in=False, amount=4_040)
    assert (purchase.net_in, purchase.amount_out) == (3_999, 499)
    assert compounding.exact_out(first_in=True, amount=1_980).amount_in == 1_000


def test_a_launch_is_walked_step_by_step_and_back() -> None:
    assert LAUNCH.output(first_in=False, net_in=10**6) == 500_000
    assert LAUNCH.output(first_in=False, net_in=4 * 10**6) == 1_000_000
    assert LAUNCH.output(first_in=False, net_in=7 * 10**6) == 1_250_000
    assert LAUNCH.first_left() == 1_250_000
    bought = SteppedCurve(steps=LAUNCH.steps, sqrt_price=3 * ONE, migration_price=4 * ONE)
    assert bought.output(first_in=True, net_in=500_000) == 3 * 10**6
    assert bought.output(first_in=True, net_in=1_000_000) == 4 * 10**6
    assert bought.input(first_in=True, gross_out=4 * 10**6) == 1_000_000


def test_a_launch_sells_nothing_beyond_its_migration_and_buys_nothing_below_its_start() -> None:
    with pytest.raises(PoolTooThin, match="end of the curve") as caught:
        LAUNCH.output(first_in=False, net_in=7 * 10**6 + 1)
    assert caught.value.limit_units == 7 * 10**6
    with pytest.raises(PoolTooThin, match="end of the curve") as caught:
        LAUNCH.output(first_in=True, net_in=5)
    assert caught.value.limit_units == 0
    early = SteppedCurve(steps=LAUNCH.steps, sqrt_price=ONE, migration_price=3 * ONE)
    assert early.first_left() == 1_000_000


def test_a_launch_without_its_configuration_swaps_nothing() -> None:
    blind = SteppedCurve(steps=(), sqrt_price=3 * ONE, migration_price=3 * ONE)
    assert blind.price() == 9
    with pytest.raises(PoolTooThin, match="configuration"):
        pool(blind).exact_in(first_in=True, amount=10)


def test_what_a_vault_lacks_is_not_paid() -> None:
    poor = MeteoraPool(
        curve=EVEN,
        fees=MeteoraFees(base_rate=ONE_PERCENT, most_rate=990_000_000),
        is_fee_in_second=True,
        first_payable=100,
        second_payable=1_000,
    )
    assert poor.exact_in(first_in=True, amount=1_000).amount_out == 989
    with pytest.raises(PoolTooThin, match="pay"):
        poor.exact_in(first_in=True, amount=1_002)
    with pytest.raises(PoolTooThin, match="hold"):
        poor.exact_out(first_in=False, amount=101)


@pytest.mark.parametrize(("periods", "rate"), [(0, 500), (3, 380), (10, 100), (99, 100)])
def test_a_linear_fee_falls_by_the_same_amount_each_period(periods: int, rate: int) -> None:
    steps = FeeSteps(cliff_rate=500_000_000, periods=10, reduction=40_000_000, is_exponential=False)
    assert steps.after(periods) == rate * 10**6


def test_an_exponential_fee_falls_by_a_share_of_itself() -> None:
    steps = FeeSteps(cliff_rate=500_000_000, periods=120, reduction=265, is_exponential=True)
    assert steps.after(0) == 500_000_000
    assert steps.after(1) == 486_750_000
    assert steps.after(2) == 473_851_125
    assert abs(steps.after(120) - 500_000_000 * 0.9735**120) < 5
    assert steps.after(500) == steps.after(120)


@pytest.mark.parametrize(
    "steps",
    [
        FeeSteps(cliff_rate=10, periods=5, reduction=3, is_exponential=False),
        FeeSteps(cliff_rate=10, periods=1, reduction=10_000, is_exponential=True),
        FeeSteps(cliff_rate=10, periods=1, reduction=10_001, is_exponential=True),
    ],
)
def test_a_fee_that_would_fall_below_nothing_cannot_be_read(steps: FeeSteps) -> None:
    with pytest.raises(UnreadableAccount):
        steps.after(5)


def test_a_fee_by_size_takes_more_of_each_further_part() -> None:
    limiter = RateLimiter(
        cliff_rate=ONE_PERCENT,
        step_rate=ONE_PERCENT,
        most_rate=3 * ONE_PERCENT,
        reference_units=10**9,
    )
    assert limiter.rate(10**9) == ONE_PERCENT
    assert limiter.rate(2 * 10**9) == 15_000_000  # 1 % of the first, 2 % of the second
    assert limiter.rate(4 * 10**9) == 22_500_000  # 1, 2, 3 and again 3 %
    assert limiter.rate(15 * 10**8) == 13_333_334  # 2 % of half a part more, rounded up
    limited = pool(EVEN, limiter=limiter)
    assert limited.exact_in(first_in=False, amount=2 * 10**9).fee_units == 30_000_000
    assert limited.exact_in(first_in=True, amount=2 * 10**9).fee_units == 19_960_080


def test_volatility_adds_to_the_fee_and_the_whole_is_capped() -> None:
    assert variable_rate(1_380_000, 1, 1_913) == 36_432
    assert variable_rate(0, 1, 1_913) == 0
    fees = MeteoraFees(base_rate=480_000_000, variable_rate=50_000_000, most_rate=500_000_000)
    assert fees.rate(1, first_in=True) == 500_000_000
    assert pool(EVEN, rate=0).exact_in(first_in=True, amount=10**9).fee_units == 0


def test_dust_that_draws_nothing_is_refused() -> None:
    for first_in in (True, False):
        with pytest.raises(PoolTooThin, match="nothing would come out"):
            pool(EVEN).exact_in(first_in=first_in, amount=1)
