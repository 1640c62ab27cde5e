"""Jupiter's answers are read strictly: what is missing or does not fit is no quote."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from bot.adapters.venues.jupiter.answers import body_of, read_offer, read_quote
from bot.adapters.venues.jupiter.client import Lost, Reply, read_body
from bot.adapters.venues.jupiter.reading import Garbled
from bot.domain.errors import Refusal, Unavailable
from bot.domain.identifiers import SOL_MINT, USDC_MINT
from bot.ports.swap_venue import SwapOffer, SwapQuote, SwapRequest

NOW = datetime(2026, 10, 6, tzinfo=UTC)
WALLET, MAKER = Keypair(), Keypair()
REQUEST = SwapRequest(
    mint_in=SOL_MINT,
    mint_out=USDC_MINT,
    amount_in=100_000_000,
    taker=str(WALLET.pubkey()),
    slippage_bps=100,
)


def transaction(*signers: Keypair, data: bytes = b"") -> str:
    """A transaction that these have yet to sign, the first of them its payer."""
    payer, *others = [each.pubkey() for each in signers]
    accounts = [AccountMeta(key, is_signer=True, is_writable=False) for key in others]
    instruction = Instruction(Pubkey.default(), data, accounts)
    message = MessageV0.try_compile(payer, [instruction], [], Hash.default())
    nobody = [Signature.default()] * len(signers)
    return base64.b64encode(bytes(VersionedTransaction.populate(message, nobody))).decode()


# The documentation's example of an order, with the mints and a transaction of our own.
ORDER: Mapping[str, object] = {
    "mode": "ultra",
    "inputMint": SOL_MINT,
    "outputMint": USDC_MINT,
    "inAmount": "100000000",
    "outAmount": "461208958",
    "otherAmountThreshold": "456596868",
    "swapMode": "ExactIn",
    "slippageBps": 100,
    "priceImpactPct": "-0.0001311599520149334",
    "priceImpact": -0.0131,
    "routePlan": [{"swapInfo": {"ammKey": "HXpG", "label": "Meteora DLMM"}, "percent": 100}],
    "feeMint": SOL_MINT,
    "feeBps": 2,
    "taker": REQUEST.taker,
    "gasless": False,
    "signatureFeeLamports": 5000,
    "prioritizationFeeLamports": 696237,
    "rentFeeLamports": 0,
    "transaction": transaction(WALLET),
    "lastValidBlockHeight": "432000150",
    "router": "metis",
    "requestId": "019974a8-5fbb-7395-9355-9ebf8f844884",
}


def found(**changes: object) -> Mapping[str, object]:
    return read_body(bytearray(json.dumps(dict(ORDER) | changes).encode()))


def quote(**changes: object) -> SwapQuote:
    return read_quote(found(**changes), REQUEST, asked_at=NOW, now=NOW)


def offer(**changes: object) -> SwapOffer:
    return read_offer(found(**changes), REQUEST, quote(**changes))


def test_the_documented_order_is_read_whole() -> None:
    read = offer()
    assert (read.out_amount, read.min_out) == (461_208_958, 456_596_868)
    assert read.price_impact == Decimal("0.000131")
    assert (read.fee_bps, read.fee_mint, read.router) == (2, SOL_MINT, "metis")
    assert (read.signature_fee_lamports, read.priority_fee_lamports) == (5_000, 696_237)
    assert read.last_valid_block_height == 432_000_150
    assert read.is_ours_to_send
    assert [leg.label for leg in read.route] == ["Meteora DLMM"]


@pytest.mark.parametrize(
    "change",
    [
        {"inputMint": USDC_MINT},
        {"outputMint": SOL_MINT},
        {"inAmount": "100000001"},
        {"outAmount": None},
        {"outAmount": "0"},
        {"outAmount": "-5"},
        {"outAmount": "1e9"},
        {"outAmount": "4.5"},
        {"outAmount": "9" * 40},
        {"outAmount": True},
        {"otherAmountThreshold": "0"},
        {"otherAmountThreshold": "400000000"},
        {"otherAmountThreshold": "461208959"},
        {"priceImpact": None, "priceImpactPct": None},
        {"feeBps": "two"},
        {"feeMint": "x"},
    ],
)
def test_a_quote_that_is_not_what_was_asked_for_is_none(change: dict[str, object]) -> None:
    with pytest.raises(Garbled):
        quote(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"transaction": "%%%"},
        {"transaction": base64.b64encode(b"junk").decode()},
        {"transaction": transaction(MAKER)},
        {"requestId": None},
        {"lastValidBlockHeight": None},
        {"prioritizationFeeLamports": "many"},
    ],
)
def test_an_order_without_what_signing_needs_is_none(change: dict[str, object]) -> None:
    with pytest.raises(Garbled):
        offer(**change)


def test_the_impact_is_told_in_percent_points_or_as_a_ratio() -> None:
    assert quote(priceImpact=None).price_impact == Decimal("0.0001311599520149334")
    assert quote(priceImpact=0).price_impact == 0


@pytest.mark.parametrize(
    ("signers", "is_ours"), [((WALLET,), True), ((MAKER, WALLET), False), ((WALLET, MAKER), False)]
)
def test_a_transaction_is_ours_to_send_when_we_alone_have_yet_to_sign(
    signers: tuple[Keypair, ...], *, is_ours: bool
) -> None:
    assert offer(transaction=transaction(*signers)).is_ours_to_send is is_ours


def test_what_does_not_fit_into_a_packet_is_refused() -> None:
    with pytest.raises(Refusal, match="swap_too_large"):
        offer(transaction=transaction(WALLET, data=bytes(1_233)))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"errorCode": 1}, "not_enough_for_swap"),
        ({"errorCode": 1, "router": "jupiterz"}, "not_enough_for_swap"),
        ({"errorCode": 2}, "not_enough_for_fees"),
        ({"errorCode": 2, "router": "jupiterz"}, "venue_refused"),
        ({"errorCode": 3, "errorMessage": "Minimum"}, "venue_refused"),
    ],
)
def test_an_order_that_could_not_be_built_says_why(change: dict[str, object], code: str) -> None:
    with pytest.raises(Refusal, match=code):
        offer(transaction="", **change)
    with pytest.raises(Unavailable):
        offer(transaction=None)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(status=400, body={"error": "Failed to get quotes"}), Refusal),
        (Reply(status=400, body={"errorCode": "TOKEN_NOT_TRADABLE", "error": "no"}), Refusal),
        (Reply(status=400, body={"error": "amount must be positive"}), Refusal),
        (Reply(status=400, body={}), Unavailable),
        (Reply(status=401, body={"message": "Unauthorized"}), Unavailable),
        (Reply(status=429, body={}), Unavailable),
        (Reply(status=503, body={}), Unavailable),
        (Reply(status=302, body={}), Unavailable),
        (Lost(why="timed out", was_sent=True), Unavailable),
    ],
)
def test_a_bad_answer_is_a_refusal_only_where_jupiter_says_no(
    reply: Reply | Lost, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        body_of(reply)


def test_what_jupiter_says_is_made_fit_for_eyes_and_logs() -> None:
    hostile = "no\u202e\n2026 INFO paid" + "x" * 500
    with pytest.raises(Refusal) as refused:
        body_of(Reply(status=400, body={"error": hostile}))
    reason = str(refused.value.fields["reason"])
    assert reason.isprintable()
    assert len(reason) <= 120


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from(sorted(ORDER)), value=JSON)
def test_whatever_one_field_holds_the_answer_is_read_or_refused(name: str, value: object) -> None:
    try:
        read = offer(**{name: value})
    except (Garbled, Refusal, Unavailable):
        return
    assert read.mint_out == USDC_MINT
    assert 0 < read.min_out <= read.out_amount < 2**64


@settings(max_examples=40, deadline=None)
@given(body=st.binary(max_size=60))
def test_whatever_the_bytes_are_there_is_an_object(body: bytes) -> None:
    assert isinstance(read_body(bytearray(body)), dict)


def test_numbers_that_stand_for_endless_ones_are_not_read() -> None:
    assert read_body(bytearray(b'{"a": 1e999999, "b": NaN, "c": 7}')) == {
        "a": None,
        "b": None,
        "c": Decimal(7),
    }
