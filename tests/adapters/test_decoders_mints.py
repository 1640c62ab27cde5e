"""Mints, token accounts and metadata, genuine and made to measure."""

import pytest

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.metadata import read_metadata
from bot.adapters.solana.pools.mints import read_holding, read_mint
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import SOL_MINT, USDC_MINT
from tests.builders.pool_accounts import (
    extended_mint_account,
    genuine_account,
    holding_account,
    mint_account,
    some_address,
    with_bytes,
)

MINT = USDC_MINT
AUTHORITY, NOBODY = some_address(9), bytes(32)


def fee_config(*, authority: bytes, newer_epoch: int) -> bytes:
    def rate(epoch: int, maximum: int, bps: int) -> bytes:
        return (
            epoch.to_bytes(8, "little") + maximum.to_bytes(8, "little") + bps.to_bytes(2, "little")
        )

    return authority + NOBODY + bytes(8) + rate(1, 100, 10) + rate(newer_epoch, 200, 250)


def test_usdc_has_both_authorities() -> None:
    mint = read_mint(MINT, genuine_account(f"orca_whirlpool/{MINT}"))
    assert (mint.decimals, mint.supply) == (6, 7_931_983_814_660_851)
    assert mint.mint_authority is not None
    assert mint.freeze_authority is not None


def test_a_pump_mint_names_itself_and_risks_nothing() -> None:
    place = "Fw5xoxp3JYrW1ELUCQ98t3MvRiMKSFk7WBEsMs8Gpump"
    mint = read_mint(place, genuine_account(f"token2022_mint/{place}"))
    assert (mint.symbol, mint.name) == ("DENZA", "START DEVVING WITH 30")
    assert mint.extensions == ("MetadataPointer", "TokenMetadata")
    assert (mint.risks, mint.transfer_fee_bps, mint.mint_authority) == ((), 0, None)


def test_paypal_usd_lists_every_extension_and_its_powers() -> None:
    place = "2b1kV6DkPAnxd5ixfnxCpjxmKwqjjaYmCZfHsFu24GXo"
    mint = read_mint(place, genuine_account(f"token2022_mint/{place}"))
    assert mint.extensions == (
        "MintCloseAuthority",
        "PermanentDelegate",
        "TransferFeeConfig",
        "ConfidentialTransferMint",
        "ConfidentialTransferFeeConfig",
        "TransferHook",
        "MetadataPointer",
        "TokenMetadata",
    )
    assert set(mint.risks) == {"permanent delegate", "transfer fee can rise", "mint can be closed"}


def test_a_genuine_transfer_fee_is_in_force() -> None:
    place = "B4rGSdcBrmLEPUQXpZa91PMsRE3GqNcjLd6EMvM3yaj2"
    mint = read_mint(place, genuine_account(f"meteora_dlmm/{place}"))
    assert (mint.transfer_fee_bps, mint.transfer_fee_maximum) == (50, 5_000)
    assert "transfer fee" in mint.risks


@pytest.mark.parametrize(("epoch", "bps"), [(6, 10), (7, 250), (None, 250)])
def test_the_newer_transfer_fee_counts_from_its_epoch(epoch: int | None, bps: int) -> None:
    account = extended_mint_account((1, fee_config(authority=NOBODY, newer_epoch=7)))
    assert read_mint(MINT, account, epoch).transfer_fee_bps == bps


@pytest.mark.parametrize(
    ("number", "value", "risk"),
    [
        (6, b"\2", "frozen by default"),
        (9, b"", "not transferable"),
        (12, AUTHORITY, "permanent delegate"),
        (14, NOBODY + AUTHORITY, "transfer hook"),
        (26, AUTHORITY + b"\1", "paused"),
        (26, AUTHORITY + b"\0", "can be paused"),
        (3, AUTHORITY, "mint can be closed"),
    ],
)
def test_each_power_over_holders_is_named(number: int, value: bytes, risk: str) -> None:
    assert risk in read_mint(MINT, extended_mint_account((number, value))).risks


def test_powers_that_nobody_holds_are_no_risk() -> None:
    account = extended_mint_account((6, b"\1"), (12, NOBODY), (14, AUTHORITY + NOBODY))
    assert read_mint(MINT, account).risks == ()


def test_an_extension_newer_than_us_keeps_its_number() -> None:
    assert read_mint(MINT, extended_mint_account((99, b"x"))).extensions == ("Extension99",)


def test_an_extension_that_runs_past_the_end_is_refused() -> None:
    account = extended_mint_account((1, b"xx"))
    with pytest.raises(UnreadableAccount):
        read_mint(MINT, AccountBytes(owner=account.owner, data=account.data[:-1]))


def test_an_unset_mint_is_refused() -> None:
    with pytest.raises(UnreadableAccount, match="never set up"):
        read_mint(MINT, with_bytes(mint_account(6), {45: b"\0"}))


def test_a_token_account_is_no_mint_and_no_other_program_counts() -> None:
    with pytest.raises(UnreadableAccount):
        read_mint(MINT, holding_account(MINT, 1))
    with pytest.raises(UnreadableAccount):
        read_holding(mint_account(6))
    with pytest.raises(UnreadableAccount):
        read_holding(AccountBytes(owner=SOL_MINT, data=holding_account(MINT, 1).data))


def test_a_token_account_tells_amount_and_frost() -> None:
    assert read_holding(holding_account(MINT, 2**64 - 1)).amount == 2**64 - 1
    assert read_holding(holding_account(MINT, 5, is_frozen=True)).is_frozen
    assert not read_holding(holding_account(MINT, 5)).is_frozen


def test_an_extended_token_account_is_read() -> None:
    vault = genuine_account("pumpswap/DcdssfCm38HgstDWgUT6NYc6uHG6xJPxXxByezfjxJ7L")
    assert read_holding(vault).amount == 637_486_385_438_484


def test_metadata_gives_name_symbol_and_link() -> None:
    place = "HVZDrGDfiHvZVfnhCyd4ASf4eubhVWro8AbfXzd5Qrd7"
    metadata = read_metadata(genuine_account(f"metaplex_metadata/{place}"))
    assert (metadata.name, metadata.symbol) == ("iron eater", "CBSTS")
    assert metadata.mint == "EaPWKHc4awfoxY4H9S1rZ53RiXnNe9nj7pUon6CApump"


def test_faulty_creators_do_not_hide_the_name() -> None:
    place = "13gxS4r6SiJn8fwizKZT2W8x8DL6vjN1nAhPWsfNXegb"
    metadata = read_metadata(genuine_account(f"metaplex_metadata/{place}"))
    assert (metadata.name, metadata.symbol) == ("Boryoku Dragonz #515", "BORYOKU")
