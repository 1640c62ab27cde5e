"""Raydium CLMM: swaps whose figures the program's own code gave, run natively (03b44b7)."""

from dataclasses import dataclass

import pytest

from bot.domain.pools.adaptive_fee import AdaptiveFee
from bot.domain.pools.concentrated import ConcentratedPool, FeeSide, KnownTicks, TickCrossing
from bot.domain.pools.raydium_ticks import raydium_sqrt_price_at
from bot.domain.pools.sqrt_price import MAX_TICK, MIN_TICK


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A pool, a swap of its first (or second) token, and what the program makes of it."""

    tick: int
    sqrt_price: int
    liquidity: int
    fee_rate: int
    ticks: tuple[tuple[int, int, int], ...]  # number, net liquidity, limit orders
    first_in: bool
    amount: int
    out: int
    fee: int
    fee_side: FeeSide = FeeSide.INPUT
    adaptive: AdaptiveFee | None = None


def adaptive(*, highest: int, spacing: int, group: int, volatility: int) -> AdaptiveFee:
    return AdaptiveFee(
        fixed_rate=10_000,
        control_factor=4_000,
        highest_volatility=highest,
        group_size=spacing,
        reference_group=group,
        volatility_reference=volatility,
        keeps_height=True,
    )


ACROSS_TICKS = Figures(
    tick=-1245,
    sqrt_price=17333887569262723324,
    liquidity=2682091822813708,
    fee_rate=2_500,
    ticks=(
        (-1262, 1788061215209138, 0),
        (-1251, 894030607604570, 0),
        (-1242, -894030607604569, 0),
        (-1233, -894030607604569, 0),
        (-1224, -894030607604570, 0),
    ),
    first_in=False,
    amount=849139085012,
    out=958882134333,
    fee=2122847713,
)
FEE_FROM_WHAT_COMES_OUT = Figures(
    tick=-14701,  # the price stands at tick -14700
    sqrt_price=8845639533268814240,
    liquidity=7559144935079,
    fee_rate=500,
    ticks=((-14880, 7559144935079, 0), (-14700, -3779572467539, 0), (-12960, -3779572467540, 0)),
    first_in=False,
    amount=1152428133,
    out=5006123475,
    fee=2504314,
    fee_side=FeeSide.FIRST,
)
THROUGH_ORDERS = Figures(
    tick=-2938,
    sqrt_price=15926789527186080238,
    liquidity=1364946068,
    fee_rate=2_500,
    ticks=((-2951, 0, 59444 + 103874227147), (-2949, 1364946068, 0), (-2911, -1364946068, 0)),
    first_in=True,
    amount=1647984,
    out=1224299,
    fee=4121,
)
ORDERS_AND_AN_ADAPTING_FEE = Figures(
    tick=278,
    sqrt_price=18705450823929862384,
    liquidity=1416824890718,
    fee_rate=10_000,
    ticks=(
        (272, 708412445359, 0),
        (277, 708412445359, 0),
        (279, -708412445359, 0),
        (280, -708412445359, 1994693401735 + 4177),
    ),
    first_in=False,
    amount=43051368,
    out=41448715,
    fee=430558,
    fee_side=FeeSide.SECOND,
    adaptive=adaptive(highest=350_000, spacing=1, group=276, volatility=0),
)
A_FADED_FEE_OF_WIDE_TICKS = Figures(
    tick=-147420,
    sqrt_price=11612251831647620,
    liquidity=23944612,
    fee_rate=10_000,
    ticks=(
        (-148680, 23944612, 0),
        (-145680, -23944612, 0),
        (-144540, 240019949634209, 0),
        (-143820, -240019949634209, 0),
    ),
    first_in=False,
    amount=17741,
    out=30730043144,
    fee=1792,
    fee_side=FeeSide.SECOND,
    adaptive=adaptive(highest=1_239_006, spacing=60, group=-2457, volatility=367_484),
)
EVERY = [
    ACROSS_TICKS,
    FEE_FROM_WHAT_COMES_OUT,
    THROUGH_ORDERS,
    ORDERS_AND_AN_ADAPTING_FEE,
    A_FADED_FEE_OF_WIDE_TICKS,
]


@pytest.mark.parametrize("figures", EVERY)
def test_a_walk_gives_the_programs_figures(figures: Figures) -> None:
    crossings = tuple(
        TickCrossing(tick=tick, liquidity_net=net, resting_units=orders)
        for tick, net, orders in figures.ticks
    )
    pool = ConcentratedPool(
        sqrt_price=figures.sqrt_price,
        tick=figures.tick,
        liquidity=figures.liquidity,
        fee_rate=figures.fee_rate,
        ticks=KnownTicks(lowest_tick=MIN_TICK, highest_tick=MAX_TICK, crossings=crossings),
        first_payable=1,
        second_payable=1,
        adaptive_fee=figures.adaptive,
        fee_side=figures.fee_side,
        sqrt_price_of=raydium_sqrt_price_at,
    )
    trade = pool.exact_in(first_in=figures.first_in, amount=figures.amount)
    assert (trade.amount_out, trade.fee_units) == (figures.out, figures.fee)
