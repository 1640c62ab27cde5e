"""Balances of a transaction are read exactly, or not at all."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.solana.rpc_request import GarbledAnswer
from bot.adapters.solana.transaction_meta import read_wallet_change
from bot.domain.identifiers import SOL_MINT, TOKEN_PROGRAM, USDC_MINT

WALLET, SIGNATURE = "wallet", "signature"
RENT = 1_488_440


def held(place: int, mint: str, amount: int, owner: str = WALLET) -> dict[str, object]:
    return {
        "accountIndex": place,
        "mint": mint,
        "owner": owner,
        "programId": TOKEN_PROGRAM,
        "uiTokenAmount": {"amount": str(amount), "decimals": 6},
    }


def purchase() -> dict[str, Any]:
    """The wallet pays 7 lamports through an account of wrapped SOL that it keeps, and buys 90."""
    return {
        "slot": 5,
        "version": 0,
        "transaction": {
            "signatures": [SIGNATURE],
            "message": {"accountKeys": [WALLET, "own usdc", "own sol"]},
        },
        "meta": {
            "err": None,
            "fee": 5_000,
            "preBalances": [10**9, 0, RENT + 100, 50],
            "postBalances": [10**9 - 5_000 - RENT, RENT, RENT + 93, 57],
            "preTokenBalances": [held(2, SOL_MINT, 100), held(3, USDC_MINT, 1_000, "maker")],
            "postTokenBalances": [
                held(1, USDC_MINT, 90),
                held(2, SOL_MINT, 93),
                held(3, USDC_MINT, 900, "maker"),
            ],
            "loadedAddresses": {"writable": ["maker usdc"], "readonly": []},
        },
    }


def test_every_effect_is_told_apart() -> None:
    change = read_wallet_change(purchase(), SIGNATURE, WALLET)
    assert change is not None
    assert change.lamports == -5_000 - RENT
    assert (change.fee_lamports, change.rent_lamports) == (5_000, RENT)
    assert change.tokens == {USDC_MINT: 90, SOL_MINT: -7}
    assert change.withheld == {USDC_MINT: 10}
    assert change.traded_lamports == 0


def test_somebody_elses_fee_and_tips_are_not_the_wallets() -> None:
    change = read_wallet_change(purchase(), SIGNATURE, "maker", ["maker usdc"])
    assert change is not None
    assert (change.lamports, change.fee_lamports, change.tip_lamports) == (0, 0, 0)
    assert change.tokens == {USDC_MINT: -100}


def test_a_tip_is_what_a_tip_account_received() -> None:
    change = read_wallet_change(purchase(), SIGNATURE, WALLET, ["maker usdc"])
    assert change is not None
    assert change.tip_lamports == 7


def test_an_account_that_was_closed_gives_its_rent_back() -> None:
    found = purchase()
    found["meta"]["postBalances"][2] = 0
    found["meta"]["postTokenBalances"].pop(1)
    change = read_wallet_change(found, SIGNATURE, WALLET)
    assert change is not None
    assert change.rent_lamports == RENT - RENT
    assert change.tokens[SOL_MINT] == -100


def test_nothing_found_is_nothing() -> None:
    assert read_wallet_change(None, SIGNATURE, WALLET) is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("meta",), None),
        (("meta", "fee"), None),
        (("meta", "fee"), 5_000.0),
        (("meta", "preBalances"), [1, 2]),
        (("meta", "postBalances"), [1, 2, 3, -4]),
        (("meta", "postTokenBalances"), None),
        (("meta", "postTokenBalances", 0, "accountIndex"), 4),
        (("meta", "postTokenBalances", 0, "owner"), None),
        (("meta", "postTokenBalances", 0, "uiTokenAmount", "amount"), "9e3"),
        (("meta", "loadedAddresses"), None),
        (("transaction", "signatures"), ["another"]),
        (("slot",), "5"),
    ],
)
def test_what_is_missing_or_does_not_fit_is_never_guessed(
    path: tuple[str | int, ...], value: object
) -> None:
    found = copy.deepcopy(purchase())
    place: Any = found
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(GarbledAnswer):
        read_wallet_change(found, SIGNATURE, WALLET)


@settings(max_examples=60, deadline=None)
@given(
    found=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["meta", "transaction", "message", "slot"]), inner)
        ),
        max_leaves=8,
    )
)
def test_whatever_a_node_answers_is_read_or_refused(found: object) -> None:
    try:
        change = read_wallet_change(found, SIGNATURE, WALLET)
    except GarbledAnswer:
        return
    assert change is None
