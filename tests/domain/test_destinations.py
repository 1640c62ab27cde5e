"""Where money may be meant to go, and what each other thing that people paste is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from bot.domain.destinations import (
    AccountUse,
    KnownAddresses,
    checked_destination,
    look_alike,
    refuse_use,
)
from bot.domain.errors import Refusal
from bot.domain.identifiers import SOL_MINT, SYSTEM_PROGRAM, TOKEN_PROGRAM, USDC_MINT

WALLET = str(Keypair.from_seed(bytes(range(32))).pubkey())
TOKEN = str(Keypair.from_seed(b"t" * 32).pubkey())
DERIVED = str(Pubkey.find_program_address([b"x"], Pubkey.from_string(TOKEN_PROGRAM))[0])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (SOL_MINT, "address_is_mint"),
        (USDC_MINT, "address_is_mint"),
        (TOKEN, "address_is_mint"),
        (SYSTEM_PROGRAM, "address_is_program"),
        (TOKEN_PROGRAM, "address_is_program"),
        ("JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4", "address_is_program"),
        ("SysvarC1ock11111111111111111111111111111111", "address_is_program"),
        ("96gYZGLnJYVFmbjzopPSU6QiEV5fGqZNyN9nmNhvrZU5", "address_is_program"),
        (DERIVED, "address_off_curve"),
        ("0x52908400098527886E0F7030069857D2E4169EE7", "address_elsewhere"),
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "address_elsewhere"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "address_elsewhere"),
        ("TJRabPrwbZy45sbavfcjinPJC18kjpRTv8", "address_elsewhere"),
        ("ann.sol", "address_is_name"),
        (WALLET[:-1], "bad_address"),
        (WALLET.replace(WALLET[5], "0"), "bad_address"),
        (f"{WALLET[:9]}\u200b{WALLET[9:]}", "address_hidden"),
        (f"{WALLET} ", "address_hidden"),
        ("", "address_hidden"),
        ("x" * 500, "address_hidden"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        checked_destination(text, KnownAddresses(mints=[TOKEN]))
    assert refused.value.code == code


def test_a_wallet_passes_as_it_is_and_ones_own_does_not() -> None:
    assert checked_destination(WALLET, KnownAddresses()) == WALLET
    assert checked_destination(WALLET, KnownAddresses(listed=[WALLET])) == WALLET
    with pytest.raises(Refusal, match="address_is_own"):
        checked_destination(WALLET, KnownAddresses(own=[WALLET]))


def test_another_address_with_the_same_ends_looks_alike() -> None:
    twin = WALLET[:3] + "x" * 38 + WALLET[-3:]
    assert look_alike(twin, [WALLET]) == WALLET
    assert look_alike(WALLET[:3] + "x" * 41, [WALLET]) == ""
    assert look_alike(WALLET, [WALLET]) == ""
    other = str(Keypair().pubkey())
    with pytest.raises(Refusal, match="address_alike"):
        checked_destination(other, KnownAddresses(listed=[other[:3] + "y" * 38 + other[-3:]]))


@pytest.mark.parametrize("use", list(AccountUse))
def test_only_a_wallet_or_nothing_yet_may_be_paid(use: AccountUse) -> None:
    if use in {AccountUse.NONE, AccountUse.WALLET}:
        refuse_use(use)
    else:
        with pytest.raises(Refusal):
            refuse_use(use)


@given(st.text(max_size=100))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        found = checked_destination(text, KnownAddresses())
    except Refusal:
        return
    assert found == text
