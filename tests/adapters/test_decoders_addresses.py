"""Derived addresses: known pairs from the chain, and two derivations that must agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from bot.adapters.solana import addresses
from bot.adapters.solana.pools.derivation import derived_address
from bot.adapters.solana.pools.programs import PUMPFUN
from bot.adapters.solana.pools.pump_config import CURVE_GLOBAL, POOL_FEE_CONFIG, POOL_GLOBAL
from bot.adapters.solana.pools.tick_arrays import tick_array_address
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import TOKEN_2022_PROGRAM, USDC_MINT
from tests.builders.pool_accounts import genuine_accounts

PUMP_MINT = "Fw5xoxp3JYrW1ELUCQ98t3MvRiMKSFk7WBEsMs8Gpump"
CPMM_MINT = "Dz9mQ9NzkBcCsuGPFJ3r1bS4wgqKMHBPiVuniW8Mbonk"
POOL = "GeaAnhd7M6GFHZVUB9FNkmV6Vf7HQTfEqi7WB6USi1f3"
WHIRLPOOL = "Czfq3xZZDmsdGdUyrNLtRhGc47cXcZtLG4crryfu44zE"


@given(st.lists(st.binary(max_size=32), max_size=3))
def test_plain_derivation_agrees_with_the_wallet_library(seeds: list[bytes]) -> None:
    expected, _ = Pubkey.find_program_address(seeds, Pubkey.from_string(PUMPFUN))
    assert derived_address(PUMPFUN, *seeds) == str(expected)


def test_known_accounts_are_found() -> None:
    curve = "GfzNVBBisCRUpqCmFMvBu4XTJGRzXYxcQE7SUqAZjAHR"
    metadata = "HVZDrGDfiHvZVfnhCyd4ASf4eubhVWro8AbfXzd5Qrd7"
    cpmm = "Q2sPHPdUWFMg7M7wwrQKLrn619cAucfRsmhVJffodSp"
    assert addresses.pump_curve_address(PUMP_MINT) == curve
    mint = "EaPWKHc4awfoxY4H9S1rZ53RiXnNe9nj7pUon6CApump"
    assert addresses.metadata_address(mint) == metadata
    assert addresses.cpmm_pool_addresses(CPMM_MINT)[0] == cpmm
    assert WHIRLPOOL in addresses.whirlpool_addresses(USDC_MINT)


def test_pumpswap_pool_and_its_vault_follow_from_the_mint() -> None:
    pool = genuine_accounts("pumpswap")[POOL]
    mint = str(Pubkey.from_bytes(pool.data[43:75]))
    vault = "DcdssfCm38HgstDWgUT6NYc6uHG6xJPxXxByezfjxJ7L"
    assert addresses.pumpswap_pool_address(mint) == POOL
    assert addresses.associated_token_address(POOL, mint, TOKEN_2022_PROGRAM) == vault


def test_tick_arrays_lie_around_the_tick_and_within_the_range() -> None:
    around = addresses.tick_array_addresses(WHIRLPOOL, -21_123, 4, 2)
    assert around[2] == tick_array_address(WHIRLPOOL, -21_472)
    assert len(set(around)) == 5
    assert len(addresses.tick_array_addresses(WHIRLPOOL, 0, 32_896, 2)) == 2


def test_a_fill_needs_tick_arrays_or_fee_settings_too() -> None:
    whirlpool = genuine_accounts("orca_whirlpool")[WHIRLPOOL]
    needed = addresses.extra_accounts(WHIRLPOOL, whirlpool)
    assert len(needed) == 2 + 7
    pool = genuine_accounts("pumpswap")[POOL]
    assert addresses.extra_accounts(POOL, pool)[-2:] == (POOL_FEE_CONFIG, POOL_GLOBAL)
    curves = genuine_accounts("pumpfun_curve")
    curve = next(iter(curves))
    assert CURVE_GLOBAL in addresses.extra_accounts(curve, curves[curve])


def test_a_text_that_is_no_address_is_refused() -> None:
    with pytest.raises(UnreadableAccount):
        addresses.pump_curve_address("not an address")
