"""Meteora DLMM: swaps whose figures the program itself gave, run in a local chain."""

from fractions import Fraction

import pytest

from bot.domain.errors import PoolTooThin
from bot.domain.pools.bin_fee import BinFee
from bot.domain.pools.bin_prices import bin_price_at
from bot.domain.pools.binned import BinnedPool
from bot.domain.pools.bins import Bin

STEP = 10


def pair(*, is_fee_in_second: bool = False, has_orders: bool = False) -> BinnedPool:
    """Bins -3 to 3 around the price of one, as it was five seconds after a swap.

    A base fee of 0.1 %, and a moving one that refers to bin 2 and one bin crossed.
    """
    bids, asks = (300_007, 700_001), (0, 500_009)
    bins = tuple(
        Bin(
            bin_id=bin_id,
            price=bin_price_at(bin_id, STEP),
            first_units=1_000_003 * (bin_id + 1) if bin_id >= 0 else 0,
            second_units=2_000_005 * (1 - bin_id) if bin_id <= 0 else 0,
            resting_first=asks if has_orders and bin_id == 2 else (),
            resting_second=bids if has_orders and bin_id == -1 else (),
        )
        for bin_id in range(-3, 4)
    )
    fee = BinFee(
        base_rate=1_000_000,
        bin_step=STEP,
        control_factor=40_000,
        highest_volatility=350_000,
        reference_bin=2,
        volatility_reference=10_000,
    )
    return BinnedPool(
        active_bin=0,
        bins=bins,
        fee=fee,
        spot=Fraction(1),
        first_payable=2**64,
        second_payable=2**64,
        is_fee_in_second=is_fee_in_second,
    )


# Fee in the second token, limit orders, first token in, amount in, amount out, fee.
PROGRAM_FIGURES = [
    (False, False, True, 777_777, 776_971, 806),
    (False, False, True, 6_900_000, 6_886_905, 7_319),
    (False, False, False, 6_300_000, 6_284_751, 6_388),
    (False, True, True, 6_900_000, 6_887_823, 7_287),
    (False, True, False, 6_300_000, 6_285_040, 6_384),
    (True, False, True, 6_900_000, 6_886_895, 7_314),
    (True, False, False, 6_300_000, 6_284_751, 6_388),
    (True, True, True, 6_900_000, 6_887_820, 7_282),
    (True, True, False, 777_777, 776_971, 806),
]


@pytest.mark.parametrize(
    ("is_fee_in_second", "has_orders", "first_in", "amount", "out", "fee"), PROGRAM_FIGURES
)
def test_a_walk_gives_the_programs_figures(
    *, is_fee_in_second: bool, has_orders: bool, first_in: bool, amount: int, out: int, fee: int
) -> None:
    pool = pair(is_fee_in_second=is_fee_in_second, has_orders=has_orders)
    trade = pool.exact_in(first_in=first_in, amount=amount)
    assert (trade.amount_out, trade.fee_units) == (out, fee)


def test_the_smallest_input_is_found_through_orders_and_bins() -> None:
    pool = pair(has_orders=True)
    for wanted in (9, 2_000_005, 6_000_016, 6_700_000):
        found = pool.exact_out(first_in=True, amount=wanted)
        assert found.amount_out >= wanted
        assert pool.exact_in(first_in=True, amount=found.amount_in - 1).amount_out < wanted


def test_a_walk_stops_where_the_bins_end_and_says_how_much_would_fill() -> None:
    with pytest.raises(PoolTooThin) as refused:
        pair().exact_in(first_in=True, amount=10**9)
    limit = refused.value.limit_units
    assert limit is not None
    assert pair().exact_in(first_in=True, amount=limit).amount_out == 2_000_005 * 10
