"""Raydium CLMM: its map of tick arrays, fees from either side, limit orders, and halts."""

import pytest

from bot.adapters.solana.addresses import clmm_pool_addresses, extra_accounts
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import accounts_needed, read_pool
from bot.adapters.solana.pools.programs import RAYDIUM_CLMM, account_mark
from bot.adapters.solana.pools.raydium_tick_arrays import arrays_to_fetch
from bot.domain.errors import PoolTooThin, UnreadableAccount
from bot.domain.identifiers import SOL_MINT, USDC_MINT, decode_address, encode_address
from bot.domain.pools.raydium_ticks import MAX_RAYDIUM_SQRT_PRICE, raydium_sqrt_price_at
from bot.domain.pools.reading import Direction, PoolReading, Swap
from bot.domain.pools.sqrt_price import MAX_TICK, MIN_SQRT_PRICE, MIN_TICK
from tests.builders.pool_accounts import (
    extended_mint_account,
    genuine_accounts,
    some_address,
    with_bytes,
)

POOL = encode_address(some_address(88))
CONFIG = encode_address(some_address(99))
GENUINE = "3ucNos4NbumPLZNWztqGHNFFgkHeRMBQAVemeeomsUxv"
SPACING = 10
SPAN = 60 * SPACING
LIQUIDITY = 10**12
WIDE = {-2: {0: LIQUIDITY}, 1: {59: -LIQUIDITY}}  # one position from tick -1200 to 1190


def number(value: int, length: int, *, signed: bool = False) -> bytes:
    return value.to_bytes(length, "little", signed=signed)


def clmm(
    *arrays: int, tick: int = 5, spacing: int = SPACING, fields: dict[int, bytes] | None = None
) -> AccountBytes:
    """A pool of SOL and USDC whose map names some arrays by their number."""
    bitmap = sum(1 << (place + 512) for place in arrays)
    layout = {
        0: account_mark("PoolState"),
        9: decode_address(CONFIG),
        73: decode_address(SOL_MINT),
        105: decode_address(USDC_MINT),
        137: some_address(1),
        169: some_address(2),
        233: bytes([9, 6]),
        235: number(spacing, 2),
        237: number(LIQUIDITY, 16),
        253: number(raydium_sqrt_price_at(tick), 16),
        269: number(tick, 4, signed=True),
        904: number(bitmap, 128),
    }
    blank = AccountBytes(owner=RAYDIUM_CLMM, data=bytes(1544))
    return with_bytes(blank, layout | (fields or {}))


def array(
    place: int, nets: dict[int, int], resting: dict[int, int] | None = None, pool: str = POOL
) -> AccountBytes:
    """A tick array by its number, with net liquidities and limit orders by place in it."""
    layout = {
        0: account_mark("TickArrayState"),
        8: decode_address(pool),
        40: number(place * SPAN, 4, signed=True),
    }
    for index in nets.keys() | (resting or {}).keys():
        offset = 44 + 168 * index
        layout[offset] = number(place * SPAN + index * SPACING, 4, signed=True)
        net = nets.get(index, 0)
        layout[offset + 4] = number(net, 16, signed=True) + number(abs(net), 16)
        orders = (resting or {}).get(index, 0)
        layout[offset + 124] = number(orders - orders // 2, 8) + number(orders // 2, 8)
    return with_bytes(AccountBytes(owner=RAYDIUM_CLMM, data=bytes(10_240)), layout)


def config(trade_fee: int) -> AccountBytes:
    blank = AccountBytes(owner=RAYDIUM_CLMM, data=bytes(117))
    return with_bytes(blank, {0: account_mark("AmmConfig"), 47: number(trade_fee, 4)})


def reading(pool: AccountBytes, *arrays: AccountBytes, fee: int = 2_500) -> PoolReading:
    accounts = {POOL: pool, CONFIG: config(fee)}
    accounts |= {f"array {place}": found for place, found in enumerate(arrays)}
    return read_pool(POOL, accounts, 1, now_seconds=5_000)


def wide(**more: dict[int, bytes]) -> PoolReading:
    arrays = (array(place, nets) for place, nets in WIDE.items())
    return reading(clmm(*WIDE, **more), *arrays)


def sell(pool: PoolReading, amount: int) -> Swap:
    return pool.curve.swap_exact_in(Direction.SELL_BASE, amount)


def largest(pool: PoolReading, direction: Direction = Direction.SELL_BASE) -> int:
    with pytest.raises(PoolTooThin) as refused:
        pool.curve.swap_exact_in(direction, 2**60)
    assert refused.value.limit_units is not None
    return refused.value.limit_units


def test_tick_prices_meet_the_programs_bounds() -> None:
    assert raydium_sqrt_price_at(MIN_TICK) == MIN_SQRT_PRICE
    assert raydium_sqrt_price_at(MAX_TICK) == MAX_RAYDIUM_SQRT_PRICE
    assert raydium_sqrt_price_at(0) == 2**64


def test_the_genuine_pool_is_derived_from_its_mints() -> None:
    assert GENUINE in clmm_pool_addresses(USDC_MINT)
    vaults = accounts_needed(GENUINE, genuine_accounts("raydium_clmm")[GENUINE])[:2]
    assert set(vaults) <= genuine_accounts("raydium_clmm").keys()


def test_a_small_sale_fills_within_its_tick_spacing() -> None:
    accounts = genuine_accounts("raydium_clmm")
    fee = config(400)
    accounts["3h2e43PunVA5K34vwKCLHWhZF4aZpyaC9RmxvshGAQpL"] = fee
    swap = sell(read_pool(GENUINE, accounts, 1), 10**7)
    assert swap.fee_units == 4_000
    assert 1_209_000 < swap.amount_out < 1_209_770  # 0.01 SOL at 120.977 less 0.04 %


def test_the_map_says_which_arrays_to_fetch() -> None:
    account = clmm(-9, -7, -5, -3, 0, 4, 6, 8)
    assert arrays_to_fetch(account.data) == tuple(
        place * SPAN for place in (0, -3, -5, -7, 4, 6, 8)
    )
    assert len(extra_accounts(POOL, account)) == 3 + 7


def test_beyond_the_map_every_neighbour_is_fetched() -> None:
    tick = 512 * SPAN + 5
    starts = arrays_to_fetch(clmm(511, tick=tick).data)
    # Downwards 512, 511 and, all between being empty, what lies beyond the other end.
    assert starts == tuple(place * SPAN for place in (512, 511, -513, -514, 513, 514, 515))


def test_without_its_arrays_only_the_own_tick_spacing_is_known() -> None:
    # from tick 5 down to tick 0
    expected = LIQUIDITY * (1 - 1 / 1.0001**2.5) / (1 - 0.0025)
    assert abs(largest(reading(clmm(0))) / expected - 1) < 0.001


def test_arrays_that_the_map_shows_empty_are_walked_over() -> None:
    down = LIQUIDITY * (1.0001**600 - 1.0001**-2.5) / (1 - 0.0025)
    assert abs(largest(wide()) / down - 1) < 0.001
    up = LIQUIDITY * (1.0001**595 - 1.0001**2.5) / (1 - 0.0025)
    assert abs(largest(wide(), Direction.BUY_BASE) / up - 1) < 0.001


def test_a_named_array_that_is_missing_ends_the_walk_at_its_edge() -> None:
    pool = reading(clmm(-2, 0), array(0, {}))
    expected = LIQUIDITY * (1.0001**300 - 1.0001**-2.5) / (1 - 0.0025)  # to tick -600
    assert abs(largest(pool) / expected - 1) < 0.001


def test_crossing_a_tick_changes_the_liquidity() -> None:
    halved = reading(clmm(-2, 0), array(0, {0: LIQUIDITY // 2}), array(-2, {0: LIQUIDITY // 2}))
    even = reading(clmm(-2, 0), array(0, {}), array(-2, {0: LIQUIDITY}))
    amount = 10**10
    assert sell(halved, amount).amount_out < sell(even, amount).amount_out
    assert largest(halved) < largest(even)


def test_arrays_of_another_pool_do_not_count() -> None:
    foreign = array(0, {}, pool=encode_address(some_address(5)))
    assert largest(reading(clmm(0), foreign)) == largest(reading(clmm(0)))


def test_a_tick_in_another_ticks_place_is_refused() -> None:
    spoilt = with_bytes(array(0, {3: 5}), {44 + 168 * 3: number(7, 4)})
    with pytest.raises(UnreadableAccount, match="another tick"):
        reading(clmm(0), spoilt)


def test_a_stretch_rounds_as_worked_by_hand() -> None:
    # 10^6 less 0.25 % are 997500. The price 2^64 * L / (L + 997500), rounded up, falls by
    # 18400608858917; what comes out is floor(L * that / 2^64).
    pool = reading(clmm(0, tick=0), array(0, {}), array(-1, {}))
    after = -(-(LIQUIDITY * 2**64) // (LIQUIDITY + 997_500))
    paid = LIQUIDITY * (2**64 - after) >> 64
    assert 2**64 - after == 18_400_608_858_917
    assert (sell(pool, 10**6).amount_out, sell(pool, 10**6).fee_units) == (paid, 2_500)


def test_limit_orders_are_taken_at_their_ticks_price_before_it_is_crossed() -> None:
    # To tick 0 from tick 5, then 10^9 orders at price one: in = out there, and a fee on top.
    without = reading(clmm(-1, 0), array(0, {}))
    to_tick = largest(without)
    pool = reading(clmm(-1, 0), array(0, {}, {0: 10**9}))
    taken = sell(pool, to_tick + 10**6)
    assert taken.amount_out == sell(without, to_tick).amount_out + 997_500
    assert largest(pool) == to_tick + 10**9 + -(-(10**9 * 2_500) // 997_500)


def test_orders_alone_change_no_liquidity() -> None:
    plain = reading(clmm(-2, 0), array(0, {}), array(-2, {0: LIQUIDITY}))
    orders = reading(clmm(-2, 0), array(0, {}, {0: 1}), array(-2, {0: LIQUIDITY}))
    amount = 10**9
    # One unit of orders costs one, and a fee of its own; the rest moves the price as before.
    assert 0 <= sell(plain, amount).amount_out - sell(orders, amount).amount_out <= 3


@pytest.mark.parametrize(
    ("fee_on", "direction", "is_in_input"),
    [
        (0, Direction.SELL_BASE, True),
        (0, Direction.BUY_BASE, True),
        (1, Direction.SELL_BASE, True),
        (1, Direction.BUY_BASE, False),
        (2, Direction.SELL_BASE, False),
        (2, Direction.BUY_BASE, True),
    ],
)
def test_the_fee_is_taken_from_the_side_that_the_pool_says(
    *, fee_on: int, direction: Direction, is_in_input: bool
) -> None:
    pool = wide(fields={390: bytes([fee_on])})
    swap = pool.curve.swap_exact_in(direction, 10**6)
    is_quote = (direction is Direction.BUY_BASE) == is_in_input
    assert swap.fee_in_quote == is_quote
    # 0.25 % of a million; of what comes out, up to one unit more for rounding.
    assert swap.fee_units in ({2_500} if is_in_input else {2_498, 2_499, 2_500, 2_501, 2_502})
    assert swap.amount_in == 10**6


def dynamic(*, volatility: int, at: int = 5_000, reference_group: int = 0) -> dict[int, bytes]:
    """Filter 30 s, decay 600 s, reduction one half, control 4000, at most 350000."""
    head = b"".join(number(value, 2) for value in (30, 600, 5_000))
    limits = number(4_000, 4) + number(350_000, 4)
    state = number(reference_group, 4, signed=True) + number(volatility, 4) * 2
    return {1096: head + limits + state + number(at, 8)}


# The rate within group 0: ceil(4000 * (volatility * 10)^2 / 10^13) on top of 2500.
@pytest.mark.parametrize(
    ("last_update", "volatility", "rate"),
    [
        (4_990, 50_000, 2_500 + 100),  # just now: as it is
        (4_900, 50_000, 2_500 + 25),  # fading: one half of it
        (4_300, 50_000, 2_500),  # long ago: none left
        (4_990, 400_000, 2_500 + 4_900),  # at most 350000
    ],
)
def test_a_fee_that_adapts_follows_volatility_and_time(
    last_update: int, volatility: int, rate: int
) -> None:
    pool = wide(fields=dynamic(volatility=volatility, at=last_update))
    assert sell(pool, 10**6).fee_units == rate


def test_a_fee_that_adapts_grows_with_the_ticks_crossed() -> None:
    plain, moving = wide(), wide(fields=dynamic(volatility=0))
    amount = 10**10
    assert sell(moving, amount).fee_units > sell(plain, amount).fee_units
    assert sell(moving, amount).amount_out < sell(plain, amount).amount_out


@pytest.mark.parametrize(
    ("fields", "halt"),
    [
        ({389: b"\x10"}, "swaps off"),
        ({389: b"\x2f"}, None),  # everything but swaps
        ({1080: number(5_000, 8)}, "not open yet"),
        ({1080: number(4_999, 8)}, None),
        ({237: bytes(16)}, "no liquidity at this price"),
    ],
)
def test_what_halts_a_pool(fields: dict[int, bytes], halt: str | None) -> None:
    assert wide(fields=fields).halt == halt


def test_an_unknown_configuration_costs_the_most() -> None:
    pool = read_pool(POOL, {POOL: clmm(0, tick=5)}, 1)
    assert pool.notes == ("fee assumed",)
    assert sell(pool, 10**6).fee_units == 40_000


def test_a_transfer_fee_of_the_token_is_noted() -> None:
    coin = some_address(200)
    mint = extended_mint_account((1, bytes(90 + 8 + 8) + number(300, 2)))
    account = clmm(0, fields={105: coin})
    assert encode_address(coin) in accounts_needed(POOL, account)
    accounts = {POOL: account, CONFIG: config(1), encode_address(coin): mint}
    assert "transfer fee of 300 bps" in read_pool(POOL, accounts, 1).notes[0]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({235: bytes(2)}, "spacing"),
        ({253: bytes(16)}, "price out of range"),
        ({269: number(900_000, 4)}, "tick out of range"),
        ({269: number(7, 4)}, "contradicts"),
    ],
)
def test_absurd_pools_are_refused(fields: dict[int, bytes], reason: str) -> None:
    with pytest.raises(UnreadableAccount, match=reason):
        wide(fields=fields)
