"""Meteora DLMM: bins of one price each, its map of arrays, fees that move, limit orders, halts."""

import pytest

from bot.adapters.solana.addresses import dlmm_pair_addresses, extra_accounts
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.bin_arrays import arrays_to_fetch
from bot.adapters.solana.pools.catalogue import accounts_needed, read_pool
from bot.domain.errors import PoolTooThin, UnreadableAccount
from bot.domain.identifiers import SOL_MINT, USDC_MINT, encode_address
from bot.domain.pools.bin_prices import bin_price_at
from bot.domain.pools.reading import Direction, PoolReading, Swap
from tests.builders.dlmm_pairs import BIN_STEP, PAIR, bin_array, number, pair
from tests.builders.pool_accounts import genuine_accounts, holding_account, some_address

GENUINE = "5rCf1DM8LjKTw4YqhnoLcngyZYeNnQqztScTogYHAS6"
SOL_RESERVE, USDC_RESERVE = encode_address(some_address(1)), encode_address(some_address(2))
NOW = 5_000
THOUSAND = 10**9
BELOW = dict.fromkeys(range(-70, 0), (0, THOUSAND))
HERE = {0: (THOUSAND, THOUSAND)} | dict.fromkeys(range(1, 70), (THOUSAND, 0))


def reading(account: AccountBytes, *arrays: AccountBytes, slot: int = 1) -> PoolReading:
    accounts = {PAIR: account}
    accounts |= {f"array {place}": found for place, found in enumerate(arrays)}
    return read_pool(PAIR, accounts, slot, now_seconds=NOW)


def whole(fields: dict[int, bytes] | None = None, *, slot: int = 1) -> PoolReading:
    return reading(pair(-1, 0, fields=fields), bin_array(-1, BELOW), bin_array(0, HERE), slot=slot)


def sell(pool: PoolReading, amount: int) -> Swap:
    return pool.curve.swap_exact_in(Direction.SELL_BASE, amount)


def buy(pool: PoolReading, amount: int) -> Swap:
    return pool.curve.swap_exact_in(Direction.BUY_BASE, amount)


def largest(pool: PoolReading, direction: Direction = Direction.SELL_BASE) -> int:
    with pytest.raises(PoolTooThin) as refused:
        pool.curve.swap_exact_in(direction, 2**60)
    return refused.value.limit_units or 0


def test_bin_prices_are_the_programs_own() -> None:
    # Stored by the program itself in bins of genuine pairs.
    assert bin_price_at(15, 250) == 26_716_385_619_813_447_402
    assert bin_price_at(-1, 250) == 17_996_823_486_545_904_015
    assert bin_price_at(69, 10) == 19_763_828_131_875_509_275
    assert bin_price_at(0, 10) == 2**64


@pytest.mark.parametrize(
    ("address", "mints"),
    [
        (GENUINE, (SOL_MINT, USDC_MINT)),
        (
            "9t3EyC9FweyL7PBWvKz3mrXg8B9fwFc9SK3QxM4ENqhd",
            (
                "BBZU4HYvY4qMGE5MbWsVxGweGBZJqGRsgH8tAEAKusNk",
                "31iVdsS8fkURXg737XQwYhXVAuGv2vNYHjyDiURStkaU",
            ),
        ),
        (
            "FJbEo74c2W4QLBBVUfUvi8VBWXtMdJVPuFpq2f6UV1iB",
            ("FQuMNJ6UcrkA3xMLsmmLL8sk47RkZYod57mX3a8w1brg", SOL_MINT),
        ),
        (
            "EtAdVRLFH22rjWh3mcUasKFF27WtHhsaCvK27tPFFWig",
            ("Df6yfrKC8kZE3KNkrHERKzAetSxbrWeniQfyJY4Jpump", SOL_MINT),
        ),
    ],
)
def test_genuine_pairs_are_derived_from_their_mints(address: str, mints: tuple[str, str]) -> None:
    assert address in dlmm_pair_addresses(*mints)


def test_the_map_says_which_arrays_to_fetch() -> None:
    account = pair(-9, -7, -5, -3, 0, 4, 6, 8)
    assert arrays_to_fetch(account.data) == (0, -3, -5, -7, 4, 6, 8)
    assert len(extra_accounts(PAIR, account)) == 2 + 7


def test_a_genuine_pair_asks_for_its_reserves_and_the_arrays_around_its_price() -> None:
    account = genuine_accounts("meteora_dlmm")[GENUINE]
    assert len(accounts_needed(GENUINE, account)) == 2
    assert -5_282 // 70 in arrays_to_fetch(account.data)


def test_within_a_bin_the_price_stands_still() -> None:
    # At price one: a million less one percent comes out, whether in one swap or in two.
    assert (sell(whole(), 10**6).amount_out, sell(whole(), 10**6).fee_units) == (990_000, 10_000)
    assert buy(whole(), 10**6).amount_out == 990_000
    assert sell(whole(), 5 * 10**8).amount_out == 495_000_000
    assert sell(whole(), 5 * 10**8).impact == 0


def test_a_bin_that_is_emptied_leads_to_the_next_at_its_price() -> None:
    # Bin 0 takes 10^9 at price one, and 10101011 for the fee: ceil(10^9 / 99). The rest less
    # one percent (rounded up) goes at the price of bin -1, floor(2^64 / 1.01) as the program has.
    amount = 2 * 10**9
    rest = amount - 10**9 - 10_101_011
    net = rest - -(-rest // 100)
    expected = 10**9 + (net * bin_price_at(-1, BIN_STEP) >> 64)
    swap = sell(whole(), amount)
    assert swap.amount_out == expected
    assert swap.fee_units == 10_101_011 + -(-rest // 100)


def test_upwards_a_bin_asks_for_its_price_rounded_up() -> None:
    to_bin_one = 10**9 + 10_101_011
    price = bin_price_at(1, BIN_STEP)
    emptied = -(-(10**9 * price) // 2**64)
    swap = buy(whole(), to_bin_one + emptied + -(-emptied // 99))
    assert swap.amount_out == 2 * 10**9


def test_beyond_the_bins_that_are_known_a_swap_is_refused_with_what_would_fit() -> None:
    limit = largest(whole())
    assert sell(whole(), limit).amount_out == 71 * 10**9
    with pytest.raises(PoolTooThin):
        sell(whole(), limit + 1)


def test_without_any_array_no_swap_is_known_but_the_price_is() -> None:
    pool = reading(pair(-1, 0))
    assert pool.price == 1_000  # nine decimals against six
    assert largest(pool) == 0


def test_a_named_array_that_is_missing_ends_the_walk() -> None:
    here = bin_array(0, HERE)
    assert sell(reading(pair(-1, 0), here), 10**6).amount_out == 990_000
    assert largest(reading(pair(-1, 0), here)) == 10**9 + 10_101_011


def test_arrays_that_the_map_shows_empty_are_walked_over() -> None:
    far = dict.fromkeys(range(-350, -345), (0, THOUSAND))
    pool = reading(pair(-5, 0), bin_array(-5, far), bin_array(0, {0: (0, 1)}))
    price = bin_price_at(-346, BIN_STEP)
    assert sell(pool, 10**6).amount_out == 1 + ((10**6 - 2) * 99 // 100 * price >> 64)


def test_arrays_of_another_pair_do_not_count() -> None:
    foreign = bin_array(0, HERE, pair_address=encode_address(some_address(5)))
    assert largest(reading(pair(0), foreign)) == 0


def moving(*, volatility: int, at: int, reference: int = 0) -> dict[int, bytes]:
    """A moving fee of 40000 * (volatility * 100)^2 / 10^11 billionths on top of one percent."""
    state = number(volatility, 4) * 2 + number(reference, 4, signed=True)
    return {16: number(40_000, 4), 40: state, 56: number(at, 8, signed=True)}


@pytest.mark.parametrize(
    ("last_update", "volatility", "rate"),
    [
        (NOW - 10, 50_000, 10_000_000 + 10_000_000),  # just now: as it is
        (NOW - 100, 50_000, 10_000_000 + 2_500_000),  # fading: one half, squared a quarter
        (NOW - 700, 50_000, 10_000_000),  # long ago: none left
        (NOW - 10, 900_000, 100_000_000),  # 350000 at most, and ten percent at most
    ],
)
def test_the_fee_follows_volatility_and_time(last_update: int, volatility: int, rate: int) -> None:
    pool = whole(moving(volatility=volatility, at=last_update))
    assert sell(pool, 10**6).fee_units == 10**6 * rate // 10**9


def test_the_fee_grows_with_each_bin_crossed() -> None:
    plain, dear = whole(), whole(moving(volatility=0, at=NOW - 10))
    assert sell(dear, 10**6).fee_units == sell(plain, 10**6).fee_units  # still in its bin
    amount = 20 * 10**9
    assert sell(dear, amount).fee_units > sell(plain, amount).fee_units


def test_the_fee_may_always_be_of_the_second_token() -> None:
    pool = whole({36: b"\1"})
    sold, bought = sell(pool, 10**6), buy(pool, 10**6)
    assert (sold.amount_out, sold.fee_units, sold.fee_in_quote) == (990_000, 10_000, True)
    assert (bought.amount_out, bought.fee_units, bought.fee_in_quote) == (990_000, 10_000, True)


def test_limit_orders_are_taken_after_the_liquidity_of_their_bin() -> None:
    bids = {0: (300, 700, False)}
    pool = reading(pair(0), bin_array(0, {0: (0, 1_000)}, bids))
    plain = reading(pair(0), bin_array(0, {0: (0, 2_000)}))
    assert largest(pool) == largest(plain)
    assert sell(pool, largest(pool)).amount_out == 2_000


def test_orders_that_sell_the_first_token_do_not_pay_the_second() -> None:
    asks = {0: (300, 700, True)}
    pool = reading(pair(0), bin_array(0, {0: (0, 1_000)}, asks))
    assert sell(pool, largest(pool)).amount_out == 1_000
    assert buy(pool, largest(pool, Direction.BUY_BASE)).amount_out == 1_000


@pytest.mark.parametrize(
    ("fields", "has_orders"),
    [
        ({35: b"\2"}, True),
        ({35: b"\1"}, False),  # a pair of rewards
        ({264: some_address(9)}, False),  # undecided, and it does reward
        ({35: b"\2", 264: some_address(9)}, True),
        ({}, True),
    ],
)
def test_the_pair_says_whether_orders_count(fields: dict[int, bytes], *, has_orders: bool) -> None:
    array = bin_array(0, {0: (0, 1_000)}, {0: (0, 1_000, False)})
    pool = reading(pair(0, fields=fields), array)
    assert sell(pool, largest(pool)).amount_out == (2_000 if has_orders else 1_000)


def test_no_more_comes_out_than_the_reserve_holds() -> None:
    accounts = {
        PAIR: pair(0, fields={224: number(100, 8)}),
        "array": bin_array(0, HERE),
        SOL_RESERVE: holding_account(SOL_MINT, 10**12),
        USDC_RESERVE: holding_account(USDC_MINT, 5_000),
    }
    pool = read_pool(PAIR, accounts, 1)
    assert pool.curve.depth_quote_units() == 4_900  # less what the protocol is owed
    assert sell(pool, 4_000).amount_out == 3_960
    with pytest.raises(PoolTooThin, match="hold"):
        sell(pool, 6_000)


def test_depth_is_what_the_known_bins_hold() -> None:
    assert whole().curve.depth_quote_units() == 71 * 10**9


@pytest.mark.parametrize(("sol", "usdc", "depth"), [(9_000, 5_000, 5_000), (700, 5_000, 700)])
def test_without_bins_depth_is_no_more_than_lies_on_either_side(
    *, sol: int, usdc: int, depth: int
) -> None:
    accounts = {
        PAIR: pair(0),
        SOL_RESERVE: holding_account(SOL_MINT, sol),
        USDC_RESERVE: holding_account(USDC_MINT, usdc),
    }
    assert read_pool(PAIR, accounts, 1).curve.depth_quote_units() == depth


def gate(kind: int, by: int, point: int) -> dict[int, bytes]:
    return {75: bytes([kind]), 86: bytes([by]), 816: number(point, 8)}


@pytest.mark.parametrize(
    ("fields", "halt"),
    [
        ({82: b"\1"}, "pair disabled"),
        (gate(2, 1, NOW + 1), "not open yet"),
        (gate(2, 1, NOW), None),
        (gate(1, 0, 8), "not open yet"),
        (gate(1, 0, 7), None),
        (gate(3, 1, NOW + 1), None),  # of a kind that is always open
    ],
)
def test_what_halts_a_pair(fields: dict[int, bytes], halt: str | None) -> None:
    assert whole(fields, slot=7).halt == halt


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({80: bytes(2)}, "active bin"),
        ({76: number(500_000, 4) + number(1, 2)}, "active bin"),
        ({76: number(440_000, 4) + number(100, 2)}, "price out of range"),
        ({34: b"\x0a"}, "base fee"),
    ],
)
def test_absurd_pairs_are_refused(fields: dict[int, bytes], reason: str) -> None:
    with pytest.raises(UnreadableAccount, match=reason):
        whole(fields)
