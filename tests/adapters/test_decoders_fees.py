"""Fee settings read from their accounts: CPMM's configuration, pump's schedules and switches."""

import pytest

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import read_pool
from bot.adapters.solana.pools.programs import (
    PUMP_FEES,
    PUMPFUN,
    PUMPSWAP,
    RAYDIUM_CPMM,
    account_mark,
)
from bot.adapters.solana.pools.pump_config import (
    CURVE_FEE_CONFIG,
    CURVE_GLOBAL,
    POOL_FEE_CONFIG,
    POOL_GLOBAL,
)
from bot.domain.errors import UnreadableAccount
from bot.domain.pools.reading import Direction, PoolReading
from tests.builders.pool_accounts import genuine_accounts, mint_account, some_address, with_bytes

CPMM = "Q2sPHPdUWFMg7M7wwrQKLrn619cAucfRsmhVJffodSp"
CPMM_CONFIG = "D4FPEruKEHrG5TenZ2mpDGEfu1iUvTiqBxvpU8HLBvC2"
POOL = "GeaAnhd7M6GFHZVUB9FNkmV6Vf7HQTfEqi7WB6USi1f3"
CURVE = "GfzNVBBisCRUpqCmFMvBu4XTJGRzXYxcQE7SUqAZjAHR"
CURVE_MINT = "Fw5xoxp3JYrW1ELUCQ98t3MvRiMKSFk7WBEsMs8Gpump"
SOL = 10**9


def numbers(*values: int) -> bytes:
    return b"".join(value.to_bytes(8, "little") for value in values)


def cpmm_config(trade: int, creator: int) -> AccountBytes:
    data = account_mark("AmmConfig") + bytes(4) + numbers(trade).ljust(96, b"\0")
    return AccountBytes(owner=RAYDIUM_CPMM, data=(data + numbers(creator)).ljust(236, b"\0"))


def tiers(*rows: tuple[int, int, int, int]) -> bytes:
    packed = (cap.to_bytes(16, "little") + numbers(*fees) for cap, *fees in rows)
    return len(rows).to_bytes(4, "little") + b"".join(packed)


def fee_config() -> AccountBytes:
    sol = tiers((0, 2, 93, 30), (420 * SOL, 20, 5, 95))
    data = account_mark("FeeConfig") + bytes(33) + numbers(25, 5, 0) + sol + tiers()
    return AccountBytes(owner=PUMP_FEES, data=(data + numbers(1, 2, 3)).ljust(4_097, b"\0"))


def pool_global(*, flags: int = 0, is_own: bool = False) -> AccountBytes:
    blank = AccountBytes(owner=PUMPSWAP, data=account_mark("GlobalConfig").ljust(949, b"\0"))
    return with_bytes(blank, {56: bytes([flags]), 940: bytes([is_own])})


def fee_of(reading: PoolReading, amount: int = SOL) -> int:
    return reading.curve.swap_exact_in(Direction.BUY_BASE, amount).fee_units


def test_cpmm_takes_its_fee_from_its_configuration() -> None:
    accounts = genuine_accounts("raydium_cpmm")
    assumed = read_pool(CPMM, accounts, 1)
    known = read_pool(CPMM, accounts | {CPMM_CONFIG: cpmm_config(2_500, 0)}, 1)
    dearer = read_pool(CPMM, accounts | {CPMM_CONFIG: cpmm_config(10_000, 0)}, 1)
    assert (assumed.notes, known.notes) == (("fee assumed",), ())
    assert (fee_of(assumed), fee_of(known), fee_of(dearer)) == (2_500_000, 2_500_000, 10_000_000)


def test_a_configuration_of_a_foreign_owner_does_not_count() -> None:
    foreign = AccountBytes(owner=PUMPSWAP, data=cpmm_config(999_999, 0).data)
    accounts = genuine_accounts("raydium_cpmm") | {CPMM_CONFIG: foreign}
    assert read_pool(CPMM, accounts, 1).notes == ("fee assumed",)


def test_cpmm_creator_fee_falls_on_its_side() -> None:
    accounts = genuine_accounts("raydium_cpmm") | {CPMM_CONFIG: cpmm_config(2_500, 10_000)}
    enabled = {390: b"\1"}
    both = with_bytes(accounts[CPMM], enabled | {389: b"\0"})
    only_sol = with_bytes(accounts[CPMM], enabled | {389: b"\1"})  # SOL is token 0 here
    only_token = with_bytes(accounts[CPMM], enabled | {389: b"\2"})
    fees = [fee_of(read_pool(CPMM, accounts | {CPMM: pool}, 1)) for pool in (both, only_sol)]
    assert fees == [12_500_000, 12_500_000]
    on_output = fee_of(read_pool(CPMM, accounts | {CPMM: only_token}, 1))
    assert 2_500_000 + 9_974_000 < on_output < 2_500_000 + 9_976_000


def test_pumpswap_fee_follows_the_market_cap() -> None:
    accounts = genuine_accounts("pumpswap") | {POOL_FEE_CONFIG: fee_config()}
    reading = read_pool(POOL, accounts, 1)  # 43 SOL of market cap: the first tier
    assert reading.notes == ()
    assert fee_of(reading) == 12_345_680


def test_a_pool_that_pump_did_not_make_pays_flat_fees() -> None:
    accounts = genuine_accounts("pumpswap") | {POOL_FEE_CONFIG: fee_config()}
    stranger = with_bytes(accounts[POOL], {11: some_address(4)})
    base_mint = read_pool(POOL, accounts, 1).base_mint
    strange = accounts | {POOL: stranger, base_mint: mint_account(6)}
    # net floor(1e9 * 10000 / 10030) = 997008973; 25 and 5 bps round up by themselves
    assert fee_of(read_pool(POOL, strange, 1)) == 2_991_028


def test_a_strange_pool_needs_its_mint_for_the_decimals() -> None:
    accounts = genuine_accounts("pumpswap")
    stranger = with_bytes(accounts[POOL], {11: some_address(4)})
    with pytest.raises(UnreadableAccount, match="not given"):
        read_pool(POOL, accounts | {POOL: stranger}, 1)


def test_a_coins_own_creator_fee_counts_where_it_is_allowed() -> None:
    accounts = genuine_accounts("pumpswap") | {POOL_FEE_CONFIG: fee_config()}
    accounts[POOL] = with_bytes(accounts[POOL], {261: numbers(100)})
    unsure = read_pool(POOL, accounts, 1)
    allowed = read_pool(POOL, accounts | {POOL_GLOBAL: pool_global(is_own=True)}, 1)
    barred = read_pool(POOL, accounts | {POOL_GLOBAL: pool_global()}, 1)
    assert (unsure.notes, allowed.notes, barred.notes) == (("fee assumed",), (), ())
    assert fee_of(unsure) == fee_of(allowed) > fee_of(barred) == 12_345_680


def test_switches_of_the_pool_program_halt() -> None:
    accounts = genuine_accounts("pumpswap")
    assert read_pool(POOL, accounts | {POOL_GLOBAL: pool_global(flags=8)}, 1).halt == "buys off"
    assert read_pool(POOL, accounts | {POOL_GLOBAL: pool_global(flags=16)}, 1).halt == "sells off"


def test_a_curve_without_creator_pays_the_protocol_alone() -> None:
    accounts = genuine_accounts("pumpfun_curve")
    orphan = with_bytes(accounts[CURVE], {49: bytes(32)})
    config = {CURVE_FEE_CONFIG: fee_config()}
    reading = read_pool(CURVE, {CURVE: orphan} | config, 1, base_mint=CURVE_MINT)
    assert reading.notes == ()
    assert fee_of(reading) == SOL - SOL * 10_000 // 10_093


def test_an_old_short_global_account_bars_own_creator_fees() -> None:
    accounts = genuine_accounts("pumpfun_curve")
    own = with_bytes(accounts[CURVE], {115: numbers(500)})
    short = AccountBytes(owner=PUMPFUN, data=account_mark("Global").ljust(1_045, b"\0"))
    settings = {CURVE_FEE_CONFIG: fee_config(), CURVE_GLOBAL: short}
    reading = read_pool(CURVE, {CURVE: own} | settings, 1, base_mint=CURVE_MINT)
    assert reading.notes == ()
    assert fee_of(reading) == SOL - SOL * 10_000 // 10_123
