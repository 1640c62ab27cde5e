"""A token's own fee: to the unit as the token program takes it, on both ways through a pool."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.errors import PoolTooThin
from bot.domain.pools.amounts import MAX_UNITS
from bot.domain.pools.reading import Direction
from bot.domain.pools.taxed import TaxedCurve, taxed
from bot.domain.transfer_fees import BPS, SLOTS_PER_EPOCH, FeeSchedule, TransferFee, fee_note
from tests.builders.desks import SOL, pool

rates = st.integers(0, BPS)
caps = st.one_of(st.integers(0, MAX_UNITS), st.integers(0, 10**7))
fees = st.builds(lambda bps, maximum: TransferFee(bps=bps, maximum=maximum), rates, caps)
amounts = st.integers(1, MAX_UNITS)
lamports = st.integers(1_000_000, 5_000 * SOL)
units = st.integers(1, 10**11)


def program_fee(amount: int, bps: int, maximum: int) -> int:
    """`TransferFee::calculate_fee`, line by line."""
    if bps == 0 or amount == 0:
        return 0
    numerator = amount * bps
    raw = (numerator + BPS - 1) // BPS
    return min(raw, maximum)


def of_token(fee: TransferFee) -> TaxedCurve:
    return TaxedCurve(pool=pool().curve, fee=fee)


@given(amounts, fees)
def test_the_fee_is_the_programs(amount: int, fee: TransferFee) -> None:
    assert fee.on(amount) == program_fee(amount, fee.bps, fee.maximum)
    assert 0 <= fee.on(amount) <= min(amount, fee.maximum)


@given(amounts, fees)
def test_what_must_be_sent_is_the_smallest_of_which_so_much_arrives(
    net: int, fee: TransferFee
) -> None:
    gross = fee.gross(net)
    assert fee.net(gross) == net
    assert fee.net(gross - 1) < net


@pytest.mark.parametrize(
    ("amount", "bps", "maximum", "fee"),
    [
        (100_000_000, 300, MAX_UNITS, 3_000_000),  # measured on LiteSVM
        (1, 1, MAX_UNITS, 1),
        (10_000, 1, MAX_UNITS, 1),
        (10_001, 1, MAX_UNITS, 2),
        (10**12, 50, 5_000, 5_000),
        (10**12, 10_000, MAX_UNITS, 10**12),
        (10**12, 10_000, 0, 0),
        (0, 300, MAX_UNITS, 0),
    ],
)
def test_fees_worked_out_by_hand(amount: int, bps: int, maximum: int, fee: int) -> None:
    assert TransferFee(bps=bps, maximum=maximum).on(amount) == fee


def test_the_newer_fee_counts_from_the_first_slot_of_its_epoch() -> None:
    old, new = TransferFee(bps=10, maximum=5), TransferFee(bps=250, maximum=10**9)
    schedule = FeeSchedule(older=old, newer=new, newer_epoch=1_051)
    switch = 1_051 * SLOTS_PER_EPOCH
    assert schedule.at_slot(switch - 1) == old
    assert schedule.at_slot(switch) == new


@given(lamports, fees)
def test_a_purchase_gives_what_the_pool_sends_less_the_fee(size: int, fee: TransferFee) -> None:
    plain = pool().curve.swap_exact_in(Direction.BUY_BASE, size)
    try:
        swap = of_token(fee).swap_exact_in(Direction.BUY_BASE, size)
    except PoolTooThin:
        assert fee.net(plain.amount_out) < 1
        return
    assert swap.amount_in == size
    assert swap.amount_out + swap.transfer_fee_units == plain.amount_out
    assert swap.transfer_fee_units == fee.on(plain.amount_out)


@given(units, fees)
def test_a_sale_moves_the_pool_by_what_arrives(sold: int, fee: TransferFee) -> None:
    try:
        swap = of_token(fee).swap_exact_in(Direction.SELL_BASE, sold)
        plain = pool().curve.swap_exact_in(Direction.SELL_BASE, fee.net(sold))
    except PoolTooThin:
        assume(False)
        return
    assert (swap.amount_in, swap.amount_out) == (sold, plain.amount_out)
    assert swap.transfer_fee_units == fee.on(sold)


@given(units, fees)
def test_a_buy_back_pays_the_least_of_which_the_debt_arrives(owed: int, fee: TransferFee) -> None:
    curve = of_token(fee)
    try:
        swap = curve.swap_exact_out(Direction.BUY_BASE, owed)
    except PoolTooThin:
        assume(False)
        return
    assert swap.amount_out >= owed
    again = curve.swap_exact_in(Direction.BUY_BASE, swap.amount_in)
    assert again.amount_out >= owed
    if swap.amount_in > 1:
        try:
            assert curve.swap_exact_in(Direction.BUY_BASE, swap.amount_in - 1).amount_out < owed
        except PoolTooThin:
            return


@given(lamports, fees)
def test_there_and_back_loses_at_least_both_fees(size: int, fee: TransferFee) -> None:
    curve = of_token(fee)
    try:
        bought = curve.swap_exact_in(Direction.BUY_BASE, size)
        sold = curve.swap_exact_in(Direction.SELL_BASE, bought.amount_out)
        free = pool().curve.swap_exact_in(Direction.SELL_BASE, bought.amount_out)
    except PoolTooThin:
        assume(False)
        return
    assert sold.amount_out <= free.amount_out <= size


def test_a_reading_is_taxed_at_its_own_slot_and_once() -> None:
    schedule = FeeSchedule(newer=TransferFee(bps=100, maximum=10**12), newer_epoch=2)
    before = pool(slot=2 * SLOTS_PER_EPOCH - 1)
    after = pool(slot=2 * SLOTS_PER_EPOCH)
    assert taxed(before, schedule) == before
    assert taxed(before, FeeSchedule()) is before
    once = taxed(after, schedule)
    assert once.curve == TaxedCurve(pool=after.curve, fee=schedule.newer)
    assert taxed(once, schedule).curve == once.curve
    assert taxed(once, FeeSchedule()).curve == after.curve, "a fee that is gone is gone"


def test_a_decoders_note_of_the_fee_gives_way_to_the_fee_itself() -> None:
    fee = TransferFee(bps=100, maximum=10**12)
    reading = pool()
    noted = replace(reading, notes=("thin", fee_note(reading.base_mint, fee)))
    assert taxed(noted, FeeSchedule(newer=fee)).notes == ("thin",)
    assert taxed(noted, FeeSchedule()).notes == noted.notes


def test_a_fee_of_everything_leaves_nothing_to_trade() -> None:
    curve = of_token(TransferFee(bps=BPS, maximum=MAX_UNITS))
    for direction in Direction:
        with pytest.raises(PoolTooThin, match="takes all of it"):
            curve.swap_exact_in(direction, SOL)
