"""Tick arrays, fixed and dynamic, and how far they let a Whirlpool be walked."""

import pytest

from bot.adapters.solana.addresses import extra_accounts, tick_array_addresses
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import read_pool
from bot.adapters.solana.pools.programs import ORCA_WHIRLPOOL, account_mark
from bot.adapters.solana.pools.tick_arrays import read_tick_array, tick_array_start
from bot.adapters.solana.pools.whirlpool_oracle import oracle_address
from bot.domain.errors import PoolTooThin, UnreadableAccount
from bot.domain.identifiers import SOL_MINT, USDC_MINT, decode_address, encode_address
from bot.domain.pools.reading import Direction, PoolReading
from bot.domain.pools.sqrt_price import sqrt_price_at
from tests.builders.pool_accounts import some_address

POOL = encode_address(some_address(77))
SPACING = 64
SPAN = 88 * SPACING
LIQUIDITY = 10**12


def whirlpool(tick: int = 10, *, spacing: int = SPACING, tier: int | None = None) -> AccountBytes:
    data = bytearray(653)
    data[0:8] = account_mark("Whirlpool")
    data[41:43] = spacing.to_bytes(2, "little")
    data[43:45] = (spacing if tier is None else tier).to_bytes(2, "little")
    data[45:47] = (3_000).to_bytes(2, "little")
    data[49:65] = LIQUIDITY.to_bytes(16, "little")
    data[65:81] = sqrt_price_at(tick).to_bytes(16, "little")
    data[81:85] = tick.to_bytes(4, "little", signed=True)
    data[101:133], data[181:213] = decode_address(SOL_MINT), decode_address(USDC_MINT)
    data[133:165], data[213:245] = some_address(1), some_address(2)
    return AccountBytes(owner=ORCA_WHIRLPOOL, data=bytes(data))


def fixed_array(start: int, nets: dict[int, int]) -> AccountBytes:
    data = bytearray(9988)
    data[0:8] = account_mark("TickArray")
    data[8:12] = start.to_bytes(4, "little", signed=True)
    for index, net in nets.items():
        offset = 12 + 113 * index
        data[offset : offset + 17] = b"\1" + net.to_bytes(16, "little", signed=True)
    data[9956:9988] = decode_address(POOL)
    return AccountBytes(owner=ORCA_WHIRLPOOL, data=bytes(data))


def dynamic_array(start: int, nets: dict[int, int]) -> AccountBytes:
    head = account_mark("DynamicTickArray") + start.to_bytes(4, "little", signed=True)
    bitmap = sum(1 << index for index in nets).to_bytes(16, "little")
    ticks = b"".join(
        b"\1" + nets[index].to_bytes(16, "little", signed=True).ljust(112, b"\0")
        if index in nets
        else b"\0"
        for index in range(88)
    )
    return AccountBytes(owner=ORCA_WHIRLPOOL, data=head + decode_address(POOL) + bitmap + ticks)


def reading(*arrays: AccountBytes, tick: int = 10, absent: tuple[str, ...] = ()) -> PoolReading:
    accounts = {POOL: whirlpool(tick)}
    accounts |= {f"array {place}": array for place, array in enumerate(arrays)}
    return read_pool(POOL, accounts, 1, absent=absent)


def largest_sale(pool: PoolReading) -> int:
    with pytest.raises(PoolTooThin) as refused:
        pool.curve.swap_exact_in(Direction.SELL_BASE, 2**63)
    assert refused.value.limit_units is not None
    return refused.value.limit_units


def test_both_layouts_say_the_same() -> None:
    nets = {0: 5, 3: -7, 87: 2**70}
    fixed = read_tick_array(fixed_array(-SPAN, nets), SPACING)
    assert fixed == read_tick_array(dynamic_array(-SPAN, nets), SPACING)
    assert [seen.tick for seen in fixed.crossings] == [-SPAN, -SPAN + 3 * SPACING, -SPACING]


def test_a_bitmap_that_contradicts_the_ticks_is_refused() -> None:
    array = dynamic_array(0, {3: 1})
    spoilt = AccountBytes(owner=array.owner, data=array.data[:44] + b"\1" + array.data[45:])
    with pytest.raises(UnreadableAccount, match="bitmap"):
        read_tick_array(spoilt, SPACING)


def test_start_ticks_round_down() -> None:
    assert tick_array_start(-1, SPACING) == -SPAN
    assert tick_array_start(SPAN - 1, SPACING) == 0


def test_without_tick_arrays_only_the_own_tick_spacing_is_known() -> None:
    # from tick 10 down to tick 0
    expected = LIQUIDITY * (1 / 1.0001**0 - 1 / 1.0001**5) / (1 - 0.003)
    assert abs(largest_sale(reading()) / expected - 1) < 0.001


def test_tick_arrays_widen_what_is_known() -> None:
    narrow = largest_sale(reading())
    home = largest_sale(reading(fixed_array(0, {})))
    further = largest_sale(reading(fixed_array(0, {}), dynamic_array(-SPAN, {})))
    assert narrow == home  # tick 10's own array starts at tick 0
    assert further > 100 * home


def test_a_gap_between_arrays_ends_the_walk() -> None:
    gapped = reading(fixed_array(0, {}), fixed_array(-2 * SPAN, {}))
    assert largest_sale(gapped) == largest_sale(reading(fixed_array(0, {})))


def test_an_array_known_to_be_absent_counts_as_empty() -> None:
    addresses = tick_array_addresses(POOL, 10, SPACING, 1)
    known = reading(fixed_array(0, {}), absent=(addresses[0],))
    assert largest_sale(known) == largest_sale(reading(fixed_array(0, {}), fixed_array(-SPAN, {})))


def test_an_array_of_another_pool_does_not_count() -> None:
    array = fixed_array(-SPAN, {})
    foreign = AccountBytes(owner=array.owner, data=array.data[:9956] + some_address(5))
    pool = reading(fixed_array(0, {}), foreign)
    assert largest_sale(pool) == largest_sale(reading(fixed_array(0, {})))


def test_at_the_upper_edge_of_an_array_the_next_one_leads_upwards() -> None:
    tick = SPAN - 5  # beyond the last place of its own array
    pool = reading(fixed_array(SPAN, {}), tick=tick)
    bought = pool.curve.swap_exact_in(Direction.BUY_BASE, 10**10)
    assert bought.amount_out > 0


def test_a_full_range_pool_needs_no_tick_arrays() -> None:
    splash = {POOL: whirlpool(spacing=32_896)}
    pool = read_pool(POOL, splash, 1)
    assert pool.curve.swap_exact_in(Direction.SELL_BASE, LIQUIDITY).amount_out > 4 * 10**11
    assert not [place for place in extra_accounts(POOL, splash[POOL]) if place in splash]
    assert len(extra_accounts(POOL, splash[POOL])) == 2


def test_an_adaptive_fee_is_noted() -> None:
    pool = read_pool(POOL, {POOL: whirlpool(tier=1_025)}, 1)
    assert "fee assumed" in pool.notes[0]
    assert read_pool(POOL, {POOL: whirlpool()}, 1).notes == ()


def oracle(*, opens_at: int = 0, swapped_at: int = 1_000) -> AccountBytes:
    """Filter 30 s, decay 600 s, reduction one half; volatility 50000 counted at group -3."""
    data = bytearray(254)
    data[0:8], data[8:40] = account_mark("Oracle"), decode_address(POOL)
    data[40:48] = opens_at.to_bytes(8, "little")
    numbers = {48: (30, 2), 50: (600, 2), 52: (5_000, 2), 54: (4_000, 4), 58: (350_000, 4)}
    numbers |= {62: (SPACING, 2), 82: (swapped_at, 8), 90: (swapped_at, 8), 98: (20_000, 4)}
    for offset, (value, length) in (numbers | {106: (50_000, 4)}).items():
        data[offset : offset + length] = value.to_bytes(length, "little")
    data[102:106] = (-3).to_bytes(4, "little", signed=True)
    return AccountBytes(owner=ORCA_WHIRLPOOL, data=bytes(data))


# The rate within group 0: ceil(4000 * (volatility * 64)^2 / 10^13) on top of 3000.
@pytest.mark.parametrize(
    ("now_seconds", "volatility"),
    [(None, 50_000), (1_029, 50_000), (1_030, 25_000), (1_599, 25_000), (1_600, 0)],
)
def test_the_oracle_fades_with_time(now_seconds: int | None, volatility: int) -> None:
    accounts = {POOL: whirlpool(tier=1_025), oracle_address(POOL): oracle()}
    pool = read_pool(POOL, accounts, 1, now_seconds=now_seconds)
    fee = pool.curve.swap_exact_in(Direction.SELL_BASE, 10**6).fee_units
    assert pool.notes == ()
    assert abs(fee - (3_000 + 4_000 * (volatility * 64) ** 2 / 10**13)) <= 2


def test_an_oracle_can_keep_the_pool_closed_and_belongs_to_a_fill() -> None:
    place = oracle_address(POOL)
    accounts = {POOL: whirlpool(tier=1_025), place: oracle(opens_at=2_000)}
    assert read_pool(POOL, accounts, 1, now_seconds=1_999).halt == "not open yet"
    assert read_pool(POOL, accounts, 1, now_seconds=2_000).halt is None
    assert place in extra_accounts(POOL, accounts[POOL])
    assert place not in extra_accounts(POOL, whirlpool())


def test_a_tick_that_contradicts_the_price_is_refused() -> None:
    account = whirlpool(10)
    data = account.data[:81] + (12).to_bytes(4, "little") + account.data[85:]
    with pytest.raises(UnreadableAccount, match="contradicts"):
        read_pool(POOL, {POOL: AccountBytes(owner=account.owner, data=data)}, 1)
