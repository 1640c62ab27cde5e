"""What must hold for Raydium's ranges and Meteora's bins, whatever they hold."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import PoolTooThin
from bot.domain.pools.adaptive_fee import AdaptiveFee
from bot.domain.pools.bin_fee import BinFee
from bot.domain.pools.bin_prices import bin_price_at
from bot.domain.pools.binned import BinnedPool
from bot.domain.pools.bins import Bin
from bot.domain.pools.concentrated import ConcentratedPool, FeeSide, KnownTicks, TickCrossing
from bot.domain.pools.oriented import OrientedCurve
from bot.domain.pools.raydium_ticks import raydium_sqrt_price_at
from bot.domain.pools.reading import Direction
from bot.domain.pools.sides import Trade, TwoSidedPool

units = st.integers(1, 2**64 - 1) | st.integers(1, 10**6) | st.integers(1, 10**12)
contents = st.integers(0, 10**12) | st.sampled_from([0, 1, 2**64 - 1])


@st.composite
def ranged(draw: st.DrawFn) -> ConcentratedPool:
    """A pool at some tick, with initialised ticks around it, some of them with limit orders."""
    spacing = draw(st.sampled_from([1, 10, 60]))
    group = draw(st.integers(-4_000, 4_000))
    tick = group * spacing
    crossings = tuple(
        TickCrossing(
            tick=tick + place * spacing,
            liquidity_net=draw(st.integers(-(2**40), 2**40)),
            resting_units=draw(contents),
        )
        for place in sorted(draw(st.sets(st.integers(-40, 40), max_size=4)))
    )
    fee = draw(st.none() | adaptive_fees(spacing, group))
    return ConcentratedPool(
        sqrt_price=raydium_sqrt_price_at(tick),
        tick=tick,
        liquidity=draw(st.integers(0, 2**80) | st.integers(10**6, 10**15)),
        fee_rate=draw(st.integers(0, 100_000)),
        ticks=KnownTicks(
            lowest_tick=tick - 60 * spacing, highest_tick=tick + 60 * spacing, crossings=crossings
        ),
        first_payable=1,
        second_payable=1,
        adaptive_fee=fee,
        fee_side=draw(st.sampled_from(FeeSide)),
        sqrt_price_of=raydium_sqrt_price_at,
    )


def adaptive_fees(spacing: int, group: int) -> st.SearchStrategy[AdaptiveFee]:
    return st.builds(
        AdaptiveFee,
        fixed_rate=st.integers(0, 20_000),
        control_factor=st.integers(0, 99_999),
        highest_volatility=st.integers(0, 400_000),
        group_size=st.just(spacing),
        reference_group=st.integers(group - 30, group + 30),
        volatility_reference=st.integers(0, 300_000),
        keeps_height=st.just(value=True),
    )


@st.composite
def binned(draw: st.DrawFn, *, has_orders: bool = True, moves: bool = True) -> BinnedPool:
    """A pair whose active bin holds both tokens, others the one or the other."""
    active, step = draw(st.integers(-500, 500)), draw(st.sampled_from([1, 10, 80, 400]))
    orders = st.just(()) | st.tuples(contents, contents) if has_orders else st.just(())
    bins = tuple(
        Bin(
            bin_id=bin_id,
            price=bin_price_at(bin_id, step),
            first_units=draw(contents) if bin_id >= active else 0,
            second_units=draw(contents) if bin_id <= active else 0,
            resting_first=draw(orders) if bin_id >= active else (),
            resting_second=draw(orders) if bin_id <= active else (),
        )
        for bin_id in range(active - draw(st.integers(0, 4)), active + draw(st.integers(1, 5)))
    )
    fee = BinFee(
        base_rate=draw(st.integers(0, 10**8)),
        bin_step=step,
        control_factor=draw(st.integers(0, 10**6)) if moves else 0,
        highest_volatility=draw(st.integers(0, 500_000)),
        reference_bin=draw(st.integers(active - 10, active + 10)),
        volatility_reference=draw(st.integers(0, 200_000)),
    )
    return BinnedPool(
        active_bin=active,
        bins=bins,
        fee=fee,
        spot=exact_spot(active, step),
        first_payable=sum(each.payable(first_in=False) for each in bins),
        second_payable=sum(each.payable(first_in=True) for each in bins),
        is_fee_in_second=draw(st.booleans()),
    )


def exact_spot(active: int, step: int) -> Fraction:
    return Fraction(10_000 + step, 10_000) ** active


every_pool = ranged() | binned()


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


@given(every_pool, st.booleans(), units, units)
def test_more_in_never_gives_less(
    pool: TwoSidedPool, first_in: bool, amount: int, more: int
) -> None:
    smaller = trade_or_none(pool, amount, first_in=first_in)
    larger = trade_or_none(pool, amount + more, first_in=first_in)
    if smaller is not None and larger is not None:
        assert larger.amount_out >= smaller.amount_out


@given(binned(), st.booleans(), units)
def test_no_more_comes_out_than_the_bins_hold(
    pool: BinnedPool, first_in: bool, amount: int
) -> None:
    trade = trade_or_none(pool, amount, first_in=first_in)
    if trade is not None:
        assert trade.gross_out <= pool.payable(first=not first_in)


@given(binned(), st.booleans())
def test_what_is_said_to_fit_fits(pool: BinnedPool, first_in: bool) -> None:
    pool = replace(pool, is_fee_in_second=False)  # of a single unit that fee would leave nothing
    try:
        pool.exact_in(first_in=first_in, amount=2**64 - 1)
        limit = None
    except PoolTooThin as error:
        limit = error.limit_units
    assert not limit or trade_or_none(pool, limit, first_in=first_in) is not None


@given(binned(has_orders=False, moves=False), st.booleans(), units, units)
def test_two_swaps_never_beat_the_whole(
    pool: BinnedPool, first_in: bool, one: int, other: int
) -> None:
    first = trade_or_none(pool, one, first_in=first_in)
    whole = trade_or_none(pool, one + other, first_in=first_in)
    if first is None or whole is None:
        return
    second = trade_or_none(after(pool, one, first_in=first_in), other, first_in=first_in)
    if second is not None:
        assert first.amount_out + second.amount_out <= whole.amount_out


@given(binned(has_orders=False, moves=False), st.booleans(), units)
def test_there_and_back_never_profits(pool: BinnedPool, first_in: bool, amount: int) -> None:
    there = trade_or_none(pool, amount, first_in=first_in)
    if there is None:
        return
    moved = after(pool, amount, first_in=first_in)
    back = trade_or_none(moved, there.amount_out, first_in=not first_in)
    assert back is None or back.amount_out <= amount


def after(pool: BinnedPool, amount: int, *, first_in: bool) -> BinnedPool:
    """Give the pair as a swap leaves it: what came in lies in the bins that paid."""
    bins, active, left = {each.bin_id: each for each in pool.bins}, pool.active_bin, amount
    is_fee_on_input = pool.is_fee_on_input(first_in=first_in)
    for found in pool.met(first_in=first_in):
        if left <= 0:
            break
        fill = found.exact_in(
            left,
            first_in=first_in,
            rate=pool.fee.rate_in(found.bin_id),
            is_fee_on_input=is_fee_on_input,
        )
        net_in = fill.amount_in - (fill.fee if is_fee_on_input else 0)
        paid = fill.amount_out + (0 if is_fee_on_input else fill.fee)
        change = (net_in, -paid) if first_in else (-paid, net_in)
        bins[found.bin_id] = replace(
            found,
            first_units=found.first_units + change[0],
            second_units=found.second_units + change[1],
        )
        active, left = found.bin_id, left - fill.amount_in
    return replace(
        pool,
        bins=tuple(bins.values()),
        active_bin=active,
        first_payable=2**70,
        second_payable=2**70,
    )
