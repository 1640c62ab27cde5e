"""Money through Meteora's pools: never more out than is there, and both ways of asking agree."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import PoolTooThin
from bot.domain.pools.meteora_curves import RangeCurve, ReservesCurve
from bot.domain.pools.meteora_fees import MeteoraFees, RateLimiter
from bot.domain.pools.meteora_pool import MeteoraCurve, MeteoraPool
from bot.domain.pools.sides import Trade
from bot.domain.pools.stepped_curve import CurveStep, SteppedCurve

ONE = 2**64
LOWEST, HIGHEST = 4_295_048_016, 79_226_673_521_066_979_257_578_248_091
rates = st.integers(0, 990_000_000)
amounts = st.integers(1, 2**63) | st.integers(1, 10**6)
liquidities = st.integers(1, 10**15).map(lambda units: units * ONE)


@st.composite
def ranges(draw: st.DrawFn) -> RangeCurve:
    low, here, high = sorted(draw(st.integers(LOWEST, HIGHEST)) for _ in range(3))
    return RangeCurve(lowest=low, highest=high, sqrt_price=here, liquidity=draw(liquidities))


@st.composite
def launches(draw: st.DrawFn) -> SteppedCurve:
    prices = sorted(draw(st.sets(st.integers(ONE // 10**6, ONE * 100), min_size=3, max_size=8)))
    depths = draw(st.lists(liquidities, min_size=len(prices) - 1, max_size=len(prices) - 1))
    steps = tuple(
        CurveStep(lower=low, upper=high, liquidity=depth)
        for low, high, depth in zip(prices, prices[1:], depths, strict=False)
    )
    end = draw(st.integers(prices[-2] + 1, prices[-1]))
    here = draw(st.integers(prices[0], end))
    return SteppedCurve(steps=steps, sqrt_price=here, migration_price=end)


reserves = st.builds(
    ReservesCurve, first_reserve=st.integers(1, 10**18), second_reserve=st.integers(1, 10**18)
)
curves = st.one_of(ranges(), launches(), reserves)
whole = st.integers(0, 2**64 - 1)


@st.composite
def pools(draw: st.DrawFn, *, with_limiter: bool = False) -> MeteoraPool:
    cliff = draw(st.integers(1, 500_000_000))
    limiter = RateLimiter(
        cliff_rate=cliff,
        step_rate=draw(st.integers(1, 10**8)),
        most_rate=draw(st.integers(cliff, 990_000_000)),
        reference_units=draw(st.integers(1, 10**12)),
    )
    fees = MeteoraFees(
        base_rate=cliff if with_limiter else draw(rates),
        variable_rate=draw(st.integers(0, 10**8)),
        most_rate=990_000_000,
        limiter=limiter if with_limiter else None,
    )
    return MeteoraPool(
        curve=draw(curves),
        fees=fees,
        is_fee_in_second=with_limiter or draw(st.booleans()),
        first_payable=draw(whole),
        second_payable=draw(whole),
    )


def swapped(pool: MeteoraPool, first_in: bool, amount: int) -> Trade | PoolTooThin:
    try:
        return pool.exact_in(first_in=first_in, amount=amount)
    except PoolTooThin as error:
        return error


@given(pools(), st.booleans(), amounts)
def test_a_swap_pays_no_more_than_the_pool_has_and_accounts_for_its_fee(
    pool: MeteoraPool, first_in: bool, amount: int
) -> None:
    trade = swapped(pool, first_in, amount)
    if isinstance(trade, PoolTooThin):
        assert trade.limit_units is None or trade.limit_units >= 0
        return
    assert trade.amount_in == amount
    assert 0 < trade.amount_out <= trade.gross_out <= pool.payable(first=not first_in)
    if trade.is_fee_on_input:
        assert trade.net_in + trade.fee_units == amount
    else:
        assert trade.amount_out + trade.fee_units == trade.gross_out


@given(pools(), st.booleans(), amounts)
def test_the_input_for_an_output_is_the_smallest_that_yields_it(
    pool: MeteoraPool, first_in: bool, amount: int
) -> None:
    try:
        wanted = pool.exact_in(first_in=first_in, amount=amount).amount_out
    except PoolTooThin:
        return
    found = pool.exact_out(first_in=first_in, amount=wanted)
    assert found.amount_in <= amount
    assert found.amount_out >= wanted
    if found.amount_in > 1:
        try:
            less = pool.exact_in(first_in=first_in, amount=found.amount_in - 1)
        except PoolTooThin:
            return
        assert less.amount_out < wanted


@given(pools(with_limiter=True), amounts)
def test_where_the_rate_grows_the_input_found_is_enough(pool: MeteoraPool, amount: int) -> None:
    try:
        wanted = pool.exact_in(first_in=False, amount=amount).amount_out
    except PoolTooThin:
        return
    try:
        found = pool.exact_out(first_in=False, amount=wanted)
    except PoolTooThin:
        return  # its rate is coarse: a little more would be beyond the end
    assert found.amount_out >= wanted


@given(pools(), st.booleans(), st.integers(2**50, 2**64 - 1))
def test_what_is_said_to_fit_fits(pool: MeteoraPool, first_in: bool, amount: int) -> None:
    refused = swapped(pool, first_in, amount)
    if isinstance(refused, PoolTooThin) and refused.limit_units:
        fitting = swapped(pool, first_in, refused.limit_units)
        assert not isinstance(fitting, PoolTooThin) or "the end" not in fitting.reason


@given(curves, st.booleans(), amounts)
def test_there_and_back_never_gains(curve: MeteoraCurve, first_in: bool, amount: int) -> None:
    try:
        drawn = curve.output(first_in=first_in, net_in=amount)
        if drawn:
            assert curve.input(first_in=first_in, gross_out=drawn) <= amount
    except PoolTooThin:
        return
