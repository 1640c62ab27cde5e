"""Pyth's prices: both receivers, the old push accounts, and what must not be relied on."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.pyth import (
    LEGACY_BYTES,
    LEGACY_MARK,
    LEGACY_PROGRAMS,
    RECEIVERS,
    SOL_USD_FEED,
    UPDATE_BYTES,
    UPDATE_MARK,
    USDC_USD_FEED,
    feed_address,
    feed_mint,
    oracle_kind,
    read_reference_price,
)
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import SOL_MINT
from bot.domain.reference_prices import OracleKind, OracleStatus
from tests.builders.pool_accounts import genuine_account, genuine_accounts, with_bytes

SOL_USD = "7AviUf9nL62mcxNbQGKm4nKDQnPjswo6c5MX4D57HmyE"
NEW = f"pyth_price_update_v2/{SOL_USD}"
OLD = "pyth_price_update_v2/7UVimffxr9ow1uXYxsr4LHAcV58mLzhmwaeKvJ1pjLiE"
LEGACY = "pyth_legacy_push/Gnt27xtC473ZT2Mw5u8wZ68Z3gULkSTb5DuxJy7eJotD"


@pytest.mark.parametrize(
    ("name", "price", "confidence", "published_at"),
    [
        (NEW, "102.593", "0.01384501", 1_789_699_386),
        (OLD, "140.616", "0.13793699", 1_720_533_480),
        (f"{OLD}.alt", "215.681", "0.20134469", 1_735_984_087),
        (f"{OLD}.277875167", "156.798", "0.16197271", 1_721_133_402),
        (LEGACY, "1.00001", "0.00024249", 1_701_981_042),
        ("pyth_legacy_push/J83w4HKfqxwcq3BEMMkPFSppX3gqekLyLJBexebFVkix", "32.1125", "0.03", 0),
    ],
)
def test_genuine_accounts_say_what_the_manifest_says(
    name: str, price: str, confidence: str, published_at: int
) -> None:
    read = read_reference_price(genuine_account(name))
    assert Decimal(f"{read.price:.6g}") == Decimal(price)
    assert read.confidence == Decimal(confidence)
    assert read.published_at_seconds == published_at
    assert (read.status, read.doubts()) == (OracleStatus.TRADING, ())


def test_the_feeds_accounts_are_derived_from_their_ids() -> None:
    assert feed_address(SOL_USD_FEED) == SOL_USD
    assert feed_address(USDC_USD_FEED) == "6HAuqASbHEh4w4REJEUUUCginTLfj1kwCh215ZLtMkrT"
    accounts = genuine_accounts("pyth_price_update_v2")
    assert read_reference_price(accounts[SOL_USD]).feed == SOL_USD_FEED
    assert feed_mint(SOL_USD_FEED) == SOL_MINT
    assert feed_mint("00" * 32) is None
    assert feed_mint(None) is None


def test_an_old_price_is_doubted() -> None:
    read = read_reference_price(genuine_account(NEW))
    assert read.doubts(read.published_at_seconds + 60) == ()
    assert read.doubts(read.published_at_seconds + 61) == ("older than a minute",)


def test_an_update_of_which_few_signatures_were_checked_is_read_and_doubted() -> None:
    full = genuine_account(NEW)
    shifted = full.data[:40] + bytes([0, 5]) + full.data[41:-1]
    read = read_reference_price(AccountBytes(owner=full.owner, data=shifted))
    assert read.price == read_reference_price(full).price
    assert read.doubts() == ("only partly verified",)
    with pytest.raises(UnreadableAccount, match="level 2"):
        read_reference_price(with_bytes(full, {40: bytes([2])}))


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({81: (5 * 10**8).to_bytes(8, "little")}, "uncertain by more than 1 %"),
        ({73: bytes(8)}, "not a positive price"),
        ({73: b"\xff" * 8}, "not a positive price"),
    ],
)
def test_a_vague_or_worthless_price_is_doubted(changes: dict[int, bytes], doubt: str) -> None:
    assert read_reference_price(with_bytes(genuine_account(NEW), changes)).doubts() == (doubt,)


@pytest.mark.parametrize(
    ("status", "said"),
    [(0, "unknown"), (2, "halted"), (3, "auction"), (4, "ignored"), (9, "unknown")],
)
def test_an_old_account_says_whether_it_trades(status: int, said: str) -> None:
    read = read_reference_price(
        with_bytes(genuine_account(LEGACY), {224: status.to_bytes(4, "little")})
    )
    assert read.status.value == said
    assert read.doubts() == (f"status {said}",)


def test_whoever_else_owns_such_an_account_is_not_believed() -> None:
    for name in (NEW, LEGACY):
        account = genuine_account(name)
        forged = AccountBytes(owner=SOL_MINT, data=account.data)
        assert oracle_kind(forged) is not None
        with pytest.raises(UnreadableAccount, match="not owned by Pyth"):
            read_reference_price(forged)
    swapped = AccountBytes(owner=min(LEGACY_PROGRAMS), data=genuine_account(NEW).data)
    with pytest.raises(UnreadableAccount, match="not owned"):
        read_reference_price(swapped)


def test_an_old_account_that_holds_no_price_is_not_read() -> None:
    with pytest.raises(UnreadableAccount, match="holds no price"):
        read_reference_price(with_bytes(genuine_account(LEGACY), {8: bytes([2])}))


@given(st.binary(max_size=200), st.sampled_from(OracleKind), st.integers(0, 255))
def test_random_bytes_give_a_price_or_our_own_error(
    body: bytes, kind: OracleKind, level: int
) -> None:
    is_update = kind is OracleKind.PYTH_PRICE_UPDATE_V2
    mark, length = (UPDATE_MARK, UPDATE_BYTES) if is_update else (LEGACY_MARK, LEGACY_BYTES)
    owner = min(RECEIVERS) if is_update else min(LEGACY_PROGRAMS)
    data = (mark + body).ljust(length, bytes([level]))[:length]
    try:
        read = read_reference_price(AccountBytes(owner=owner, data=data))
    except UnreadableAccount:
        return
    assert read.kind is kind
    assert read.price.is_finite()
    assert isinstance(read.doubts(5), tuple)
