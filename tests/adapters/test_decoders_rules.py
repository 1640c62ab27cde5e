"""What a Token-2022 mint lets somebody do, read from genuine, made and hostile bytes."""

import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.mints import read_mint
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import TOKEN_2022_PROGRAM, USDC_MINT
from bot.domain.token_rules import NO_RULES, TokenRules, UiMultiplier
from bot.domain.transfer_fees import NO_FEE, TransferFee
from tests.builders.desks import NOON
from tests.builders.pool_accounts import (
    extended_mint_account,
    genuine_account,
    mint_account,
    some_address,
)

WHO = some_address(9)
NOBODY = bytes(32)
HOOK, FEES, SCALED, PAUSABLE = 14, 1, 25, 26
MOST = 2**64 - 1


def rules_of(*extensions: tuple[int, bytes]) -> TokenRules:
    return read_mint(USDC_MINT, extended_mint_account(*extensions)).rules


def fee(bps: int, maximum: int, epoch: int = 0) -> bytes:
    return struct.pack("<QQH", epoch, maximum, bps)


def fee_config(older: bytes, newer: bytes, authority: bytes = NOBODY) -> tuple[int, bytes]:
    return FEES, authority + NOBODY + bytes(8) + older + newer


def scaled(older: float, newer: float, at: int = 0) -> tuple[int, bytes]:
    return SCALED, NOBODY + struct.pack("<dqd", older, at, newer)


def test_paypals_dollar_has_its_powers_and_no_hook_and_no_fee() -> None:
    place = "2b1kV6DkPAnxd5ixfnxCpjxmKwqjjaYmCZfHsFu24GXo"
    rules = read_mint(place, genuine_account(f"token2022_mint/{place}")).rules
    powers = (rules.permanent_delegate, rules.fee_authority, rules.close_authority)
    assert all(powers)
    assert rules.hook_program is None
    assert rules.hook_authority is not None
    assert rules.is_confidential
    assert rules.fees.at_epoch(900) == NO_FEE
    assert rules.can_change()


def test_a_genuine_fee_is_read_with_its_epoch_and_its_cap() -> None:
    place = "B4rGSdcBrmLEPUQXpZa91PMsRE3GqNcjLd6EMvM3yaj2"
    rules = read_mint(place, genuine_account(f"meteora_dlmm/{place}")).rules
    assert rules.fees.newer == TransferFee(bps=50, maximum=5_000)
    assert rules.fees.newer_epoch == 835
    assert rules.fees.newer.on(10**9) == 5_000


@pytest.mark.parametrize("place", ["Fw5xoxp3JYrW1ELUCQ98t3MvRiMKSFk7WBEsMs8Gpump"])
def test_a_mint_with_nothing_but_a_name_cannot_change(place: str) -> None:
    rules = read_mint(place, genuine_account(f"token2022_mint/{place}")).rules
    assert rules == NO_RULES
    assert not rules.can_change()


def test_the_first_token_program_has_no_rules() -> None:
    assert read_mint(USDC_MINT, mint_account(6)).rules == NO_RULES


def test_a_hook_a_pause_and_frost_are_read() -> None:
    assert rules_of((HOOK, NOBODY + WHO)).hook_program is not None
    assert rules_of((HOOK, WHO + NOBODY)).hook_authority is not None
    assert rules_of((PAUSABLE, WHO + b"\1")).is_paused
    assert not rules_of((PAUSABLE, WHO + b"\0")).is_paused
    assert rules_of((6, b"\2")).is_born_frozen
    assert not rules_of((9, b"")).is_transferable
    assert rules_of((99, b"x")).unknown == ("Extension99",)


def test_a_multiplier_is_what_its_issuer_typed_and_changes_at_its_moment() -> None:
    at = int(NOON.timestamp())
    ui = rules_of(scaled(1.1, 5.0, at)).ui
    assert ui == UiMultiplier(older=Decimal("1.1"), newer=Decimal(5), newer_at=at)
    assert ui.at(NOON) == 5
    assert UiMultiplier(older=Decimal(2), newer=Decimal(5), newer_at=at + 1).at(NOON) == 2


@pytest.mark.parametrize(
    "extension",
    [
        fee_config(fee(10_001, 1), fee(0, 0)),
        fee_config(fee(0, 0), fee(65_535, MOST)),
        scaled(float("nan"), 1.0),
        scaled(1.0, float("inf")),
        scaled(0.0, 1.0),
        scaled(1.0, -1.0),
        (FEES, bytes(107)),
        (HOOK, bytes(63)),
        (12, bytes(31)),
        (PAUSABLE, bytes(32)),
        (6, b""),
        (SCALED, bytes(55)),
    ],
)
def test_what_no_token_program_writes_is_refused(extension: tuple[int, bytes]) -> None:
    with pytest.raises(UnreadableAccount):
        rules_of(extension)


def test_the_largest_fee_there_is_takes_everything() -> None:
    rules = rules_of(fee_config(fee(10_000, MOST), fee(10_000, MOST)))
    assert rules.fees.newer.net(10**15) == 0


@given(
    st.lists(st.tuples(st.integers(1, 40), st.binary(max_size=120)), max_size=5),
    st.integers(0, 300),
)
def test_any_extensions_give_rules_or_our_own_error(
    extensions: list[tuple[int, bytes]], cut: int
) -> None:
    whole = extended_mint_account(*extensions)
    account = AccountBytes(owner=TOKEN_2022_PROGRAM, data=whole.data[: len(whole.data) - cut])
    try:
        mint = read_mint(USDC_MINT, account, 900)
    except UnreadableAccount:
        return
    assert mint.rules.fees.newer.on(MOST) <= MOST
    assert mint.rules.settled(NOON).ui.older > 0
    assert mint.rules.risks(mint.rules.fees.newer) is not None
