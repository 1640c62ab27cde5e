"""Meteora DAMM v2 and DBC: who may swap when, what it costs by then, and where a launch ends."""

import pytest

from bot.adapters.solana.addresses import damm_v2_pool_addresses, dbc_launch_addresses
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import accounts_needed, pool_kind, read_pool
from bot.domain.errors import PoolTooThin, UnreadableAccount
from bot.domain.identifiers import SOL_MINT, TOKEN_2022_PROGRAM, USDC_MINT, encode_address
from bot.domain.pools.reading import Direction, PoolKind, PoolReading
from tests.builders.meteora_accounts import (
    CONFIG,
    END,
    ONE,
    OPENED_AT,
    POOL,
    START,
    STEP_LIQUIDITY,
    TOKEN,
    Fields,
    damm_v2,
    dbc,
    dbc_config,
    number,
)
from tests.builders.pool_accounts import (
    extended_mint_account,
    genuine_accounts,
    holding_account,
    mint_account,
    some_address,
)

FIRST_VAULT, SECOND_VAULT = encode_address(some_address(1)), encode_address(some_address(2))
GENUINE = "3CVNnECvuyPtUys2QpaLSNRrQMvbqArsNJqKvbp3zmt1"
BUY, SELL = Direction.BUY_BASE, Direction.SELL_BASE


def read_damm(
    fields: Fields | None = None,
    now: int | None = OPENED_AT,
    around: dict[str, AccountBytes] | None = None,
) -> PoolReading:
    accounts = {POOL: damm_v2(fields), TOKEN: mint_account(9)} | (around or {})
    return read_pool(POOL, accounts, 500, now_seconds=now)


def read_dbc(
    fields: Fields | None = None,
    config: AccountBytes | None = None,
    now: int | None = OPENED_AT,
) -> PoolReading:
    accounts = {POOL: dbc(fields), CONFIG: config or dbc_config()}
    return read_pool(POOL, accounts, 500, now_seconds=now)


def rate(reading: PoolReading, direction: Direction = BUY, amount: int = 10**8) -> float:
    """Give the fee as a share of what it is taken from."""
    swap = reading.curve.swap_exact_in(direction, amount)
    whole = amount if direction is BUY else swap.amount_out + swap.fee_units
    return swap.fee_units / whole


def test_the_two_pools_named_alike_are_told_by_their_owner_and_length() -> None:
    assert pool_kind(damm_v2()) is PoolKind.METEORA_DAMM_V2
    assert pool_kind(dbc()) is PoolKind.METEORA_DBC
    for account in (damm_v2(), dbc()):
        for length in (len(account.data) - 1, len(account.data) + 1):
            other = AccountBytes(owner=account.owner, data=account.data.ljust(length)[:length])
            assert pool_kind(other) is None


def test_vaults_and_unknown_mints_are_asked_for() -> None:
    assert accounts_needed(POOL, damm_v2()) == (FIRST_VAULT, SECOND_VAULT, TOKEN)
    assert accounts_needed(POOL, dbc()) == (FIRST_VAULT, SECOND_VAULT, CONFIG, TOKEN)


def test_genuine_pools_stand_where_their_launches_moved_to() -> None:
    mint = "5zcqoA4zmeLnLdc6GonaFLzxFRna6kQX9F1cLNvZWFd4"
    assert GENUINE in damm_v2_pool_addresses(mint)
    earlier = "AVA6P5fq7btshKU8zZLueyJJqybLGT7x72jaPYBqjups"
    assert "3u2BK3ykdjv1hAeGQwAkZMxjb4otV5yvW7g72uviCaZZ" in damm_v2_pool_addresses(
        earlier, USDC_MINT
    )
    launched = "2nxV4TpLb4zBdHfGoL32R8SdnRpoPyCVpu6CTrgzDh42"
    assert "7eLuxTUgMqadxnkC8fLpKkpeKAGkknLQGvhD7PTy8pQi" in dbc_launch_addresses(launched)


def test_a_genuine_pool_quotes_what_its_reserves_allow() -> None:
    reading = read_pool(GENUINE, genuine_accounts("meteora_damm_v2"), 453_946_861)
    assert (reading.halt, reading.notes, reading.quote_mint) == (None, (), SOL_MINT)
    assert reading.curve.depth_quote_units() == 41_528_297_845
    swap = reading.curve.swap_exact_in(BUY, 10**9)
    assert (swap.amount_out, swap.fee_units) == (23_419_614_186_392, 3_000_000)
    assert swap.fee_in_quote
    with pytest.raises(PoolTooThin):
        reading.curve.swap_exact_out(SELL, 41_528_297_846)


@pytest.mark.parametrize(
    ("fields", "now", "halt"),
    [
        ({}, OPENED_AT, None),
        ({}, OPENED_AT - 1, "not open yet"),
        ({}, None, None),
        ({480: bytes([0]), 472: number(500)}, None, None),
        ({480: bytes([0]), 472: number(501)}, None, "not open yet"),
        ({481: bytes([1])}, OPENED_AT, "swaps off"),
        ({360: bytes(16)}, OPENED_AT, "no liquidity"),
    ],
)
def test_a_pool_says_why_it_takes_no_swaps(
    fields: Fields, now: int | None, halt: str | None
) -> None:
    assert read_damm(fields, now).halt == halt


def test_a_frozen_vault_halts_and_a_poor_one_bounds_the_depth() -> None:
    frozen = holding_account(SOL_MINT, 5, is_frozen=True)
    assert read_damm(around={SECOND_VAULT: frozen}).halt == "vault frozen"
    poor = holding_account(SOL_MINT, 1_000)
    owed = {400: number(300)}
    assert read_damm(owed, around={SECOND_VAULT: poor}).curve.depth_quote_units() == 700
    stranger = holding_account(USDC_MINT, 1_000)
    with pytest.raises(UnreadableAccount, match="another mint"):
        read_damm(around={SECOND_VAULT: stranger})


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({456: number(1, 16)}, "out of range"),
        ({424: bytes(16)}, "out of range"),
        ({480: bytes([2])}, "activation"),
        ({484: bytes([3])}, "mode 3"),
        ({484: bytes([2]), 696: bytes([0])}, "without its amounts"),
        ({486: bytes([2])}, "version 2"),
        ({16: bytes([5])}, "mode 5"),
        ({16: bytes([3])}, "price to begin at"),
        ({16: bytes([2]), 24: number(9, 4)}, "cannot be counted"),
    ],
)
def test_what_the_program_would_refuse_cannot_be_read(fields: Fields, reason: str) -> None:
    with pytest.raises(UnreadableAccount, match=reason):
        read_damm(fields)


def test_compounding_pools_are_priced_by_their_amounts_whatever_the_root_says() -> None:
    fields = {484: bytes([2]), 424: bytes(16), 440: b"\xff" * 16}
    amounts = {680: number(10**12) + number(4 * 10**12)}
    reading = read_damm(fields | amounts)
    assert reading.price == 4
    assert reading.curve.depth_quote_units() == 4 * 10**12
    assert read_damm(fields | {680: bytes(16)}).halt == "no liquidity"


def test_a_pool_from_before_the_amounts_counts_them_from_its_liquidity() -> None:
    fields = {696: bytes([0]), 680: bytes(16)}
    depth = read_damm(fields).curve.depth_quote_units()
    assert depth == 999_999_999_768  # all but what lies below the lowest price


def test_the_fee_is_taken_in_the_quote_or_in_what_comes_out() -> None:
    both = read_damm({484: bytes([0])})
    assert not both.curve.swap_exact_in(BUY, 10**8).fee_in_quote
    assert both.curve.swap_exact_in(SELL, 10**8).fee_in_quote
    quote_only = read_damm()
    assert quote_only.curve.swap_exact_in(BUY, 10**8).fee_in_quote


@pytest.mark.parametrize(
    ("passed", "share"), [(0, 0.5), (59, 0.5), (60, 0.46), (180, 0.38), (10**6, 0.1)]
)
def test_a_fee_scheduled_by_time_falls_as_time_goes_by(passed: int, share: float) -> None:
    schedule = {8: number(500_000_000), 22: number(10, 2), 24: number(60), 32: number(40_000_000)}
    assert rate(read_damm(schedule, OPENED_AT + passed)) == pytest.approx(share)
    by_slot = schedule | {480: bytes([0]), 472: number(500 - 60)}
    assert rate(read_damm(by_slot)) == pytest.approx(0.46)
    assert rate(read_damm(schedule, None)) == 0.5, "an unknown time costs the most"


def test_a_fee_scheduled_by_price_falls_as_the_price_climbs() -> None:
    schedule = {
        8: number(500_000_000),
        16: bytes([3]),
        22: number(10, 2),
        24: number(1_000, 4) + number(86_400, 4),
        32: number(40_000_000),
    }
    at_start, higher = {152: number(ONE, 16)}, {152: number(ONE * 100 // 125, 16)}
    assert rate(read_damm(schedule | at_start)) == 0.5
    assert rate(read_damm(schedule | higher)) == pytest.approx(0.42)  # two steps of 10 %
    assert rate(read_damm(schedule | at_start, OPENED_AT + 86_401)) == pytest.approx(0.1)
    falling = schedule | {16: bytes([4]), 32: number(1_000)} | higher
    assert rate(read_damm(falling)) == pytest.approx(0.5 * 0.9**2)


def test_a_fee_by_size_weighs_on_purchases_for_as_long_as_it_lasts() -> None:
    limits = {
        16: bytes([2]),
        22: number(100, 2),
        24: number(600, 4) + number(5_000, 4),
        32: number(10**8),
    }
    small, large = 10**8, 2 * 10**8
    assert rate(read_damm(limits), BUY, small) == pytest.approx(0.01)
    assert rate(read_damm(limits), BUY, large) == pytest.approx(0.015)
    assert rate(read_damm(limits), SELL, large) == pytest.approx(0.01)
    assert rate(read_damm(limits, OPENED_AT + 601), BUY, large) == pytest.approx(0.01)
    assert rate(read_damm(limits, OPENED_AT + 600), BUY, large) == pytest.approx(0.015)


def test_volatility_adds_to_the_fee_and_the_version_caps_it() -> None:
    volatile = {
        56: bytes([1]),
        68: number(956, 4),
        72: number(1, 2),
        120: number(14_460_000, 16),
    }
    assert rate(read_damm(volatile)) == pytest.approx(0.01 + 0.001998916)
    dear = {8: number(600_000_000), 486: bytes([0])}
    assert rate(read_damm(dear)) == 0.5
    assert rate(read_damm(dear | {486: bytes([1])})) == pytest.approx(0.6)


def test_token_2022_sides_are_noted() -> None:
    flagged = {482: bytes([1])}
    account = damm_v2(flagged)
    mint = extended_mint_account((1, bytes(72) + 2 * (number(0) + number(10**9) + number(300, 2))))
    assert mint.owner == TOKEN_2022_PROGRAM
    with_fee = read_pool(POOL, {POOL: account, TOKEN: mint}, 1)
    assert any("transfer fee of 300 bps" in note for note in with_fee.notes)
    plain = read_pool(POOL, {POOL: account, TOKEN: extended_mint_account()}, 1)
    assert plain.notes == ()


def test_a_launch_sells_up_to_its_migration_and_no_further() -> None:
    reading = read_dbc()
    assert (reading.halt, reading.base_decimals, reading.quote_mint) == (None, 6, SOL_MINT)
    left = STEP_LIQUIDITY * (END - ONE // 50) >> 128
    most = -(-left * 100 // 99)
    assert reading.curve.swap_exact_in(BUY, most).amount_out > 0
    with pytest.raises(PoolTooThin, match="end of the curve") as caught:
        reading.curve.swap_exact_in(BUY, most + 100)
    assert caught.value.limit_units is not None
    assert most - 2 <= caught.value.limit_units <= most + 2


@pytest.mark.parametrize(
    ("fields", "halt"),
    [
        ({}, None),
        ({240: number(3 * 10**12 - 1)}, None),
        ({240: number(3 * 10**12)}, "complete: it is about to move"),
        ({308: bytes([2])}, "complete: it is about to move"),
        ({305: bytes([1]), 308: bytes([3])}, "complete: it trades elsewhere"),
        ({296: number(OPENED_AT + 1)}, "not open yet"),
    ],
)
def test_a_launch_says_when_it_is_over(fields: Fields, halt: str | None) -> None:
    assert read_dbc(fields).halt == halt


def test_a_launch_that_will_move_where_we_cannot_trade_says_so_from_the_start() -> None:
    to_first_version = dbc_config({233: bytes([0])})
    assert any("DAMM v1" in note for note in read_dbc(config=to_first_version).notes)
    assert read_dbc().notes == ()


def test_a_launch_without_its_configuration_shows_its_price_and_swaps_nothing() -> None:
    vaults = {
        FIRST_VAULT: holding_account(TOKEN, 999_738_453_546_965_934),
        SECOND_VAULT: holding_account(SOL_MINT, 10**9),
    }
    nearly_all = {232: number(999_738_453_546_965_934)}
    reading = read_pool(POOL, {POOL: dbc(nearly_all)} | vaults, 1)
    assert reading.halt == "its configuration is not at hand"
    assert reading.base_decimals == 9, "a billion tokens were launched"
    assert any("assumed" in note for note in reading.notes)
    with pytest.raises(PoolTooThin):
        reading.curve.swap_exact_in(BUY, 10**6)
    told = read_pool(POOL, {POOL: dbc(), TOKEN: mint_account(7)} | vaults, 1)
    assert (told.base_decimals, told.notes) == (7, ())
    nearly_sold = {232: number(5)}
    with pytest.raises(UnreadableAccount, match="mint"):
        read_pool(POOL, {POOL: dbc(nearly_sold)} | vaults, 1)
    with pytest.raises(UnreadableAccount, match="quote vault"):
        read_pool(POOL, {POOL: dbc()}, 1)


def test_a_genuine_launch_alone_shows_its_price_by_how_its_vault_is_derived() -> None:
    launch = "J1YvC19EHXGjmthszo7sM5FwL3mn3qjS8Bf3zTMjeX2T"
    alone = {launch: genuine_accounts("meteora_dbc")[launch]}
    reading = read_pool(launch, alone, 453_946_864)
    assert reading.quote_mint == SOL_MINT
    assert f"{reading.price:.6g}" == "2.90121e-8"


def test_an_account_that_only_looks_like_the_configuration_is_none() -> None:
    genuine = dbc_config()
    forged = AccountBytes(owner=TOKEN_2022_PROGRAM, data=genuine.data)
    short = AccountBytes(owner=genuine.owner, data=genuine.data[:-1])
    for config in (forged, short):
        with pytest.raises(UnreadableAccount, match="neither"):
            read_dbc(config=config)


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (dbc_config(curve=()), "without a step"),
        (dbc_config(curve=((START, 5), (END, 5))), "do not rise"),
        (dbc_config(curve=((END - 1, 5),)), "before it migrates"),
        (dbc_config({232: bytes([2])}), "mode 2"),
        (dbc_config({234: bytes([7])}), "kind 7"),
        (dbc_config({130: bytes([3])}), "mode 3"),
        (dbc_config({392: number(END - 1, 16)}), "do not rise"),
        (dbc_config({130: bytes([2]), 112: number(9)}), "cannot be counted"),
    ],
)
def test_a_configuration_that_cannot_be_is_not_read(config: AccountBytes, reason: str) -> None:
    with pytest.raises(UnreadableAccount, match=reason):
        read_dbc(config=config)


def test_a_price_off_the_curve_cannot_be_read() -> None:
    for price in (START - 1, END + 1, 0):
        with pytest.raises(UnreadableAccount):
            read_dbc({280: number(price, 16)})


def test_a_launch_charges_by_its_configuration() -> None:
    schedule = {104: number(500_000_000), 112: number(60), 120: number(40_000_000)}
    falling = dbc_config(schedule | {128: number(10, 2)})
    assert rate(read_dbc(config=falling)) == 0.5
    assert rate(read_dbc(config=falling, now=OPENED_AT + 180)) == pytest.approx(0.38)
    in_output = dbc_config({232: bytes([1])})
    assert not read_dbc(config=in_output).curve.swap_exact_in(BUY, 10**8).fee_in_quote
    assert read_dbc(config=in_output).curve.swap_exact_in(SELL, 10**10).fee_in_quote
    volatile = dbc_config({136: bytes([1]), 148: number(956, 4), 152: number(1, 2)})
    heated = {40: number(14_460_000, 16)}
    assert rate(read_dbc(heated, volatile)) == pytest.approx(0.01 + 0.001998916)
    by_size = dbc_config(
        {130: bytes([2]), 112: number(600), 120: number(10**8), 128: number(100, 2)}
    )
    assert rate(read_dbc(config=by_size), BUY, 2 * 10**8) == pytest.approx(0.015)
    assert rate(read_dbc(config=by_size, now=OPENED_AT + 601), BUY, 2 * 10**8) == 0.01


def test_a_genuine_launch_ends_just_beyond_its_threshold() -> None:
    accounts = genuine_accounts("meteora_dbc")
    launch = "7eLuxTUgMqadxnkC8fLpKkpeKAGkknLQGvhD7PTy8pQi"
    reading = read_pool(launch, accounts, 360_000_000)
    assert reading.halt is None
    assert reading.curve.depth_quote_units() == 7_018_473_489
    threshold, taken = 87_945_796_097, 7_018_473_489
    enough = -(-(threshold - taken) * 100 // 99)
    bought = reading.curve.swap_exact_in(BUY, enough)
    assert bought.amount_in - bought.fee_units == threshold - taken
    with pytest.raises(PoolTooThin) as caught:
        reading.curve.swap_exact_in(BUY, 10**12)
    assert caught.value.limit_units == enough + 285, "its last price is rounded up"
    assert reading.curve.swap_exact_in(BUY, enough + 285).amount_out > 0
    with pytest.raises(PoolTooThin):
        reading.curve.swap_exact_in(BUY, enough + 287)
