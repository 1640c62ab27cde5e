"""The gap between a live fill and its paper twin, and what many gaps add up to."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.orders import Fill, SwapVenueKind
from bot.domain.twins import SizeClass, TwinGap, Twins, gap_of, haircut_of, size_class

SECOND = timedelta(seconds=1)
SOL = 10**9
amounts = st.integers(min_value=1, max_value=10**18)


def fill(*, bought: bool, lamports: int, units: int, fee: int = 0) -> Fill:
    return Fill(
        bought=bought,
        token_units=units,
        sol_lamports=lamports,
        decided_price=Decimal(1),
        fill_price=Decimal(1),
        impact=Decimal(0),
        pool_fee_units=0,
        pool_fee_in_sol=True,
        network_fee_lamports=fee,
        pool_address="pool",
        pool_kind=SwapVenueKind.JUPITER,
        slot=1,
    )


def found(live: Fill, twin: Fill) -> TwinGap:
    gap = gap_of(live, twin, SECOND)
    assert gap is not None
    return gap


def test_fewer_tokens_for_the_same_sol_are_a_haircut() -> None:
    live = fill(bought=True, lamports=SOL, units=980)
    gap = found(live, fill(bought=True, lamports=SOL, units=1000))
    assert (gap.price, gap.haircut, gap.fee_lamports) == (Decimal("0.02"), Decimal("0.02"), 0)


def test_less_sol_for_the_same_tokens_is_a_haircut_with_its_fees() -> None:
    live = fill(bought=False, lamports=990, units=10, fee=90)
    gap = found(live, fill(bought=False, lamports=1000, units=10))
    assert gap.price == Decimal("0.01")
    assert gap.haircut == Decimal("0.1")
    assert gap.fee_lamports == 90


def test_a_fee_on_both_sides_is_no_gap() -> None:
    both = fill(bought=True, lamports=SOL, units=1000, fee=5000)
    assert found(both, both).haircut == 0


@pytest.mark.parametrize("live", [
    fill(bought=False, lamports=100, units=10, fee=100),
    fill(bought=True, lamports=100, units=10),
])  # fmt: skip
def test_what_came_to_nothing_or_went_the_other_way_has_no_gap(live: Fill) -> None:
    assert gap_of(live, fill(bought=False, lamports=100, units=10), SECOND) is None


@given(bought=st.booleans(), live=st.tuples(amounts, amounts), twin=st.tuples(amounts, amounts))
def test_the_gap_has_the_sign_of_who_did_better(
    *, bought: bool, live: tuple[int, int], twin: tuple[int, int]
) -> None:
    gap = found(
        fill(bought=bought, lamports=live[0], units=live[1]),
        fill(bought=bought, lamports=twin[0], units=twin[1]),
    )
    # Tokens for SOL, or SOL for tokens, crosswise so that nothing is rounded.
    live_is_worse = (live[1] * twin[0] < twin[1] * live[0]) is bought
    is_same = live[1] * twin[0] == twin[1] * live[0]
    assert is_same or (gap.price >= 0 if live_is_worse else gap.price <= 0)
    assert gap.price < 1


def twins(lamports: int, haircut: str) -> Twins:
    share = Decimal(haircut)
    gap = TwinGap(price=share, haircut=share, fee_lamports=0, latency=SECOND)
    return Twins(token_id=1, lamports=lamports, gap=gap)


def test_the_mean_weighs_by_size_and_the_median_does_not() -> None:
    sum_of = haircut_of([twins(SOL, "0.10"), twins(8 * SOL, "0.01"), twins(SOL, "0.02")])
    assert sum_of is not None
    assert (sum_of.orders, sum_of.median, sum_of.mean) == (3, Decimal("0.02"), Decimal("0.020"))
    assert sum_of.lost_lamports == SOL // 5
    assert haircut_of([]) is None


def test_sizes_fall_into_classes() -> None:
    sizes = [1, SOL // 10, SOL, 10 * SOL]
    assert [size_class(one) for one in sizes] == list(SizeClass)
