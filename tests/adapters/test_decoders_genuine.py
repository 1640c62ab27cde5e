"""Genuine accounts give the prices that their manifest records, to six significant digits."""

from decimal import Decimal

import pytest

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import accounts_needed, pool_kind, read_pool, read_stored
from bot.adapters.solana.pools.surroundings import Surroundings
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import SOL_MINT, USDC_MINT
from bot.domain.pools.oriented import exact_decimal
from bot.domain.pools.reading import Direction, PoolKind
from tests.builders.pool_accounts import (
    genuine_account,
    genuine_accounts,
    holding_account,
    with_bytes,
)

V4 = "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2"
CPMM = "Q2sPHPdUWFMg7M7wwrQKLrn619cAucfRsmhVJffodSp"
CLMM = "3ucNos4NbumPLZNWztqGHNFFgkHeRMBQAVemeeomsUxv"
DLMM = "5rCf1DM8LjKTw4YqhnoLcngyZYeNnQqztScTogYHAS6"
WHIRLPOOL = "Czfq3xZZDmsdGdUyrNLtRhGc47cXcZtLG4crryfu44zE"
CURVE = "GfzNVBBisCRUpqCmFMvBu4XTJGRzXYxcQE7SUqAZjAHR"
CURVE_MINT = "Fw5xoxp3JYrW1ELUCQ98t3MvRiMKSFk7WBEsMs8Gpump"
PUMPSWAP = "GeaAnhd7M6GFHZVUB9FNkmV6Vf7HQTfEqi7WB6USi1f3"


def stored_price(address: str, accounts: dict[str, AccountBytes]) -> str:
    stored = read_stored(Surroundings(address=address, accounts=accounts))
    price = exact_decimal(stored.pool.price())
    return f"{price.scaleb(stored.first_decimals - stored.second_decimals):.6g}"


@pytest.mark.parametrize(
    ("folder", "address", "price"),
    [
        ("raydium_amm_v4", V4, "121.223"),
        ("raydium_cpmm", CPMM, "515.350"),
        ("raydium_clmm", CLMM, "120.977"),
        ("meteora_dlmm", DLMM, "120.950"),
        ("meteora_dlmm", "9t3EyC9FweyL7PBWvKz3mrXg8B9fwFc9SK3QxM4ENqhd", "1000"),
        ("meteora_dlmm", "B5Eia4cE71tKuEDaqPHucJLG2fxySKyKzLMewd2nUvoc", "1"),
        ("meteora_dlmm", "FJbEo74c2W4QLBBVUfUvi8VBWXtMdJVPuFpq2f6UV1iB", "1"),
        ("orca_whirlpool", WHIRLPOOL, "120.976"),
        ("orca_whirlpool", "EgxU92G34jw6QDG9RuTX9StFg1PmHuDqkRKAE5kVEiZ4", "0.0100264"),
        ("orca_whirlpool", "56Ekyu6uBpTna3LR2qkjHjNbDNkCLWK2Lt3uWh7J2R8Z", "0.00000822494"),
        ("pumpfun_curve", "AUKZMypBMmVi3gPMNmY46eb841La2mZufkdkPSh3PWEj", "2.79786e-8"),
        ("pumpfun_curve", CURVE, "2.80146e-8"),
        ("pumpfun_curve", "UNKNOWN_chainstack_curve", "2.94490e-8"),
        ("pumpswap", PUMPSWAP, "4.33773e-8"),
        ("meteora_damm_v2", "3CVNnECvuyPtUys2QpaLSNRrQMvbqArsNJqKvbp3zmt1", "4.15731e-8"),
        ("meteora_dbc", "J1YvC19EHXGjmthszo7sM5FwL3mn3qjS8Bf3zTMjeX2T", "2.90121e-8"),
        ("meteora_dbc", "EWJ2mDW9UBuGAJ4UF5gTdYVXk8BxT2dV1P8oBN24xiZz", "5.71018e-8"),
        ("meteora_dbc", "7eLuxTUgMqadxnkC8fLpKkpeKAGkknLQGvhD7PTy8pQi", "4.04600e-8"),
    ],
)
def test_stored_price_is_the_manifests(folder: str, address: str, price: str) -> None:
    assert Decimal(stored_price(address, genuine_accounts(folder))) == Decimal(price)


def test_an_older_copy_of_a_whirlpool_keeps_its_own_price() -> None:
    older = genuine_account(f"orca_whirlpool/{WHIRLPOOL}.351642304")
    assert stored_price(WHIRLPOOL, {WHIRLPOOL: older}) == "152.083"


SOL_USDC = {
    "raydium_amm_v4": V4,
    "raydium_clmm": CLMM,
    "meteora_dlmm": DLMM,
    "orca_whirlpool": WHIRLPOOL,
}


@pytest.mark.parametrize("folder", SOL_USDC)
def test_sol_is_the_base_against_usdc(folder: str) -> None:
    address = SOL_USDC[folder]
    reading = read_pool(address, genuine_accounts(folder), 7)
    assert (reading.base_mint, reading.quote_mint) == (SOL_MINT, USDC_MINT)
    assert (reading.slot, reading.halt) == (7, None)
    assert 120 < reading.price < 122


def test_sol_is_the_quote_of_every_other_token() -> None:
    reading = read_pool(CPMM, genuine_accounts("raydium_cpmm"), 1)
    assert reading.quote_mint == SOL_MINT
    assert f"{reading.price:.6g}" == "0.00194043"
    assert reading.curve.depth_quote_units() == 22_085_775_225_918


def test_a_curve_finds_its_mint_among_the_accounts() -> None:
    accounts = genuine_accounts("pumpfun_curve") | genuine_accounts("token2022_mint")
    reading = read_pool(CURVE, accounts, 1)
    assert (reading.base_mint, reading.base_decimals) == (CURVE_MINT, 6)


def test_a_curve_takes_its_mint_from_who_knows_it() -> None:
    accounts = {CURVE: genuine_accounts("pumpfun_curve")[CURVE]}
    assert read_pool(CURVE, accounts, 1, base_mint=CURVE_MINT).base_mint == CURVE_MINT
    with pytest.raises(UnreadableAccount, match="mint"):
        read_pool(CURVE, accounts, 1)


def test_a_complete_curve_halts() -> None:
    done = with_bytes(genuine_accounts("pumpfun_curve")[CURVE], {48: b"\1"})
    reading = read_pool(CURVE, {CURVE: done}, 1, base_mint=CURVE_MINT)
    assert reading.halt is not None
    assert "complete" in reading.halt


def test_every_length_of_a_curve_is_read() -> None:
    whole = genuine_accounts("pumpfun_curve")[CURVE]
    for length in range(49, 257):
        data = whole.data[:length].ljust(length, b"\0")
        account = AccountBytes(owner=whole.owner, data=data)
        reading = read_pool(CURVE, {CURVE: account}, 1, base_mint=CURVE_MINT)
        assert f"{reading.price:.6g}" == "2.80146e-8"


def test_negative_virtual_reserves_lower_the_pumpswap_price() -> None:
    accounts = genuine_accounts("pumpswap")
    lower = with_bytes(accounts[PUMPSWAP], {245: (-(10**9)).to_bytes(16, "little", signed=True)})
    reading = read_pool(PUMPSWAP, accounts | {PUMPSWAP: lower}, 1)
    assert f"{reading.price:.6g}" == "1.42245e-8"  # (10.06793823 - 1) SOL / 637.486 M


def test_virtual_reserves_below_the_vault_leave_no_liquidity() -> None:
    accounts = genuine_accounts("pumpswap")
    gone = with_bytes(accounts[PUMPSWAP], {245: (-(10**12)).to_bytes(16, "little", signed=True)})
    reading = read_pool(PUMPSWAP, accounts | {PUMPSWAP: gone}, 1)
    assert reading.halt == "no liquidity"
    assert reading.price == 0


def test_what_the_vault_keeps_for_others_cannot_be_sold_into() -> None:
    accounts = genuine_accounts("pumpswap")
    kept = with_bytes(accounts[PUMPSWAP], {271: (10**9).to_bytes(8, "little")})
    plain = read_pool(PUMPSWAP, accounts, 1)
    less = read_pool(PUMPSWAP, accounts | {PUMPSWAP: kept}, 1)
    assert plain.curve.depth_quote_units() - less.curve.depth_quote_units() == 10**9


def test_a_frozen_vault_halts() -> None:
    accounts = genuine_accounts("raydium_cpmm")
    vault = accounts_needed(CPMM, accounts[CPMM])[0]
    frozen = with_bytes(accounts[vault], {108: b"\2"})
    assert read_pool(CPMM, accounts | {vault: frozen}, 1).halt == "vault frozen"


def test_a_vault_of_another_mint_is_refused() -> None:
    accounts = genuine_accounts("raydium_cpmm")
    vault = accounts_needed(CPMM, accounts[CPMM])[0]
    with pytest.raises(UnreadableAccount, match="another mint"):
        read_pool(CPMM, accounts | {vault: holding_account(USDC_MINT, 5)}, 1)


def test_cpmm_swaps_off_and_not_open_yet_halt() -> None:
    accounts = genuine_accounts("raydium_cpmm")
    off = with_bytes(accounts[CPMM], {329: b"\4"})
    later = with_bytes(accounts[CPMM], {373: (2_000).to_bytes(8, "little")})
    assert read_pool(CPMM, accounts | {CPMM: off}, 1).halt == "swaps off"
    assert read_pool(CPMM, accounts | {CPMM: later}, 1, now_seconds=1_999).halt == "not open yet"
    assert read_pool(CPMM, accounts | {CPMM: later}, 1, now_seconds=2_000).halt is None


@pytest.mark.parametrize(("status", "is_open"), [(1, True), (3, False), (6, True), (7, False)])
def test_amm_v4_status_opens_and_closes(*, status: int, is_open: bool) -> None:
    accounts = genuine_accounts("raydium_amm_v4")
    fields = {0: status.to_bytes(8, "little"), 224: (2_000).to_bytes(8, "little")}
    changed = with_bytes(accounts[V4], fields)
    reading = read_pool(V4, accounts | {V4: changed}, 1, now_seconds=1_000)
    assert (reading.halt is None) == is_open


def test_a_missing_vault_is_named() -> None:
    pool = genuine_accounts("raydium_amm_v4")[V4]
    with pytest.raises(UnreadableAccount, match="vault DQyrAcCrDXQ7"):
        read_pool(V4, {V4: pool}, 1)


def test_kinds_are_told_by_owner_before_mark() -> None:
    pool = genuine_accounts("pumpswap")[PUMPSWAP]
    damm = genuine_account("meteora_damm_v2/3CVNnECvuyPtUys2QpaLSNRrQMvbqArsNJqKvbp3zmt1")
    assert pool_kind(pool) is PoolKind.PUMPSWAP
    assert damm.data[:8] == pool.data[:8]
    assert pool_kind(damm) is PoolKind.METEORA_DAMM_V2


def test_a_small_purchase_in_a_whirlpool_fills_within_its_tick_spacing() -> None:
    reading = read_pool(WHIRLPOOL, genuine_accounts("orca_whirlpool"), 1)
    swap = reading.curve.swap_exact_in(Direction.BUY_BASE, 1_000_000)
    # 1 USDC at 120.976 less 0.04 %
    assert 8_262_000 < swap.amount_out < 8_264_000
    assert swap.fee_units == 400
