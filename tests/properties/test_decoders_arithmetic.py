"""What must hold for every pool and every amount: no free lunch, no stray exception."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import PoolTooThin
from bot.domain.pools.concentrated import ConcentratedPool, KnownTicks, TickCrossing
from bot.domain.pools.concentrated_step import Stretch
from bot.domain.pools.constant_product import ConstantProductPool, FeeRate, SwapFees
from bot.domain.pools.oriented import OrientedCurve
from bot.domain.pools.pump import PumpPool
from bot.domain.pools.pump_fees import PumpFees
from bot.domain.pools.reading import Direction
from bot.domain.pools.sides import Trade, TwoSidedPool
from bot.domain.pools.sqrt_price import sqrt_price_at

units = st.integers(1, 2**64 - 1) | st.integers(1, 10**6) | st.integers(1, 10**12)
reserves = st.integers(1, 2**63) | st.integers(1, 10**6)
rates = st.builds(FeeRate, numerator=st.integers(0, 99_999), denominator=st.just(100_000))
swap_fees = st.builds(SwapFees, on_input=rates, on_output=rates)
products = st.builds(
    ConstantProductPool,
    first_reserve=reserves,
    second_reserve=reserves,
    first_in_fees=swap_fees,
    second_in_fees=swap_fees,
)
pump_fees = st.builds(
    PumpFees,
    lp_bps=st.integers(0, 1_000),
    protocol_bps=st.integers(0, 1_000),
    creator_bps=st.integers(0, 3_000),
)
pumps = st.builds(
    PumpPool,
    base_reserve=reserves,
    quote_reserve=reserves,
    base_payable=reserves,
    quote_payable=reserves,
    fees=pump_fees,
)
liquidities = st.integers(0, 2**100) | st.integers(10**6, 10**18)


@st.composite
def concentrated(draw: st.DrawFn) -> ConcentratedPool:
    """A pool at some tick, with a few initialised ticks around it."""
    tick = draw(st.integers(-300_000, 300_000))
    places = draw(st.lists(st.integers(-5_000, 5_000), max_size=4, unique=True))
    crossings = tuple(
        TickCrossing(tick=tick + place, liquidity_net=draw(st.integers(-(2**60), 2**60)))
        for place in sorted(places)
    )
    return ConcentratedPool(
        sqrt_price=sqrt_price_at(tick),
        tick=tick,
        liquidity=draw(liquidities),
        fee_rate=draw(st.integers(0, 65_535)),
        ticks=KnownTicks(lowest_tick=tick - 6_000, highest_tick=tick + 6_000, crossings=crossings),
        first_payable=1,
        second_payable=1,
    )


every_pool = products | pumps | concentrated()


def trade_or_none(pool: TwoSidedPool, amount: int, *, first_in: bool) -> Trade | None:
    try:
        return pool.exact_in(first_in=first_in, amount=amount)
    except PoolTooThin:
        return None


@given(every_pool, st.sampled_from(Direction), st.booleans(), st.integers(-(2**70), 2**70) | units)
def test_no_amount_raises_anything_but_too_thin(
    pool: TwoSidedPool, direction: Direction, is_base_first: bool, amount: int
) -> None:
    curve = OrientedCurve(pool=pool, is_base_first=is_base_first)
    for swap_of in (curve.swap_exact_in, curve.swap_exact_out):
        try:
            swap = swap_of(direction, amount)
        except PoolTooThin:
            continue
        assert min(swap.amount_in, swap.amount_out) >= 1
        assert swap.fee_units >= 0
        assert swap.impact >= 0


@given(every_pool, st.booleans(), units)
def test_exact_out_names_the_smallest_input(
    pool: TwoSidedPool, first_in: bool, wanted: int
) -> None:
    try:
        found = pool.exact_out(first_in=first_in, amount=wanted)
    except PoolTooThin:
        return
    assert found.amount_out >= wanted
    assert pool.exact_in(first_in=first_in, amount=found.amount_in) == found
    for less in range(max(found.amount_in - 20, 1), found.amount_in):
        smaller = trade_or_none(pool, less, first_in=first_in)
        assert smaller is None or smaller.amount_out < wanted


@given(products | concentrated(), st.booleans(), units, units)
def test_more_in_never_gives_less(
    pool: TwoSidedPool, first_in: bool, amount: int, more: int
) -> None:
    smaller = trade_or_none(pool, amount, first_in=first_in)
    larger = trade_or_none(pool, amount + more, first_in=first_in)
    if smaller is not None and larger is not None:
        assert larger.amount_out >= smaller.amount_out


@given(pumps, st.booleans(), units, st.integers(8, 2**60))
def test_more_in_never_gives_less_at_pump_beyond_its_rounding(
    pool: PumpPool, first_in: bool, amount: int, more: int
) -> None:
    """Pump rounds three fees up by themselves: an answer may dip by up to two units."""
    smaller = trade_or_none(pool, amount, first_in=first_in)
    larger = trade_or_none(pool, amount + more, first_in=first_in)
    if smaller is not None and larger is not None:
        dip = 2 if first_in else 0
        assert larger.amount_out >= smaller.amount_out - dip


@given(products, st.booleans(), units)
def test_the_product_of_the_reserves_never_falls(
    pool: ConstantProductPool, first_in: bool, amount: int
) -> None:
    trade = trade_or_none(pool, amount, first_in=first_in)
    if trade is not None:
        after = after_product(pool, trade, first_in=first_in)
        before = pool.first_reserve * pool.second_reserve
        assert after.first_reserve * after.second_reserve >= before


@given(products, st.booleans(), units)
def test_there_and_back_never_profits(
    pool: ConstantProductPool, first_in: bool, amount: int
) -> None:
    there = trade_or_none(pool, amount, first_in=first_in)
    if there is None:
        return
    after = after_product(pool, there, first_in=first_in)
    back = trade_or_none(after, there.amount_out, first_in=not first_in)
    assert back is None or back.amount_out <= amount


@given(products, st.booleans(), units, units)
def test_two_swaps_never_beat_the_whole_when_fees_leave_the_pool(
    pool: ConstantProductPool, first_in: bool, one: int, other: int
) -> None:
    first = trade_or_none(pool, one, first_in=first_in)
    whole = trade_or_none(pool, one + other, first_in=first_in)
    if first is None or whole is None:
        return
    after = after_product(pool, first, first_in=first_in)
    second = trade_or_none(after, other, first_in=first_in)
    if second is not None:
        assert first.gross_out + second.gross_out <= whole.gross_out


@given(pumps, units)
def test_pump_there_and_back_never_profits(pool: PumpPool, budget: int) -> None:
    there = trade_or_none(pool, budget, first_in=False)
    if there is None or there.gross_out >= pool.base_reserve:
        return
    after = replace(
        pool,
        base_reserve=pool.base_reserve - there.gross_out,
        quote_reserve=pool.quote_reserve + there.net_in,
    )
    back = trade_or_none(after, there.amount_out, first_in=True)
    assert back is None or back.amount_out <= budget


@given(
    tick=st.integers(-300_000, 300_000),
    reach=st.integers(1, 5_000),
    liquidity=st.integers(10**6, 2**80),
    fee_rate=st.integers(0, 65_535),
    a_to_b=st.booleans(),
    amount=units,
)
def test_concentrated_there_and_back_never_profits(
    *, tick: int, reach: int, liquidity: int, fee_rate: int, a_to_b: bool, amount: int
) -> None:
    start = sqrt_price_at(tick)
    there = Stretch(
        sqrt_price=start,
        target=sqrt_price_at(tick - reach if a_to_b else tick + reach),
        liquidity=liquidity,
        fee_rate=fee_rate,
        a_to_b=a_to_b,
    )
    try:
        out = there.exact_in(amount)
        back = Stretch(
            sqrt_price=out.sqrt_price,
            target=sqrt_price_at(tick + 1 if a_to_b else tick - 1),
            liquidity=liquidity,
            fee_rate=fee_rate,
            a_to_b=not a_to_b,
        ).exact_in(out.amount_out)
    except PoolTooThin:
        return
    assert back.amount_out <= out.amount_in + out.fee


def after_product(
    pool: ConstantProductPool, trade: Trade, *, first_in: bool
) -> ConstantProductPool:
    change_first = trade.net_in if first_in else -trade.gross_out
    change_second = -trade.gross_out if first_in else trade.net_in
    return replace(
        pool,
        first_reserve=pool.first_reserve + change_first,
        second_reserve=pool.second_reserve + change_second,
    )
