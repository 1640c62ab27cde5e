"""What is signed is what was meant: honest messages pass, and no change for the worse does."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from bot.domain.signing.intents import SwapIntent, TransferIntent, UnsoundIntent
from bot.domain.signing.policy import judge, violations
from bot.domain.signing.rules import SigningRules
from tests.builders.chance import seeded
from tests.builders.no_worse import is_no_worse
from tests.builders.signing import (
    GIVEN,
    JUPITER,
    RENT_LAMPORTS,
    SYSTEM,
    TIPPED,
    TOKEN,
    WANTED,
    WSOL,
    Honest,
    Scene,
    ata,
    close,
    least_out,
    meta,
    pay,
    plain_route,
    send,
)
from tests.builders.tampering import Tamperer

SCENE = Scene()
EVERYTHING = {honest.name: honest for honest in SCENE.everything()}
KINDS = Tamperer(SCENE, seeded(0)).kinds
honest_ones = st.sampled_from(list(EVERYTHING.values()))


def reasons(honest: Honest, raw: bytes | None = None) -> tuple[str, ...]:
    message = honest.raw() if raw is None else raw
    return violations(message, honest.intent, honest.lookup_tables, SCENE.rules)


@pytest.mark.parametrize("name", EVERYTHING)
def test_an_honest_message_passes(name: str) -> None:
    assert reasons(EVERYTHING[name]) == ()


def test_an_outlay_counts_every_lamport_that_leaves() -> None:
    buy = EVERYTHING["buy"]
    outlay = judge(buy.raw(), buy.intent, buy.lookup_tables, SCENE.rules).outlay
    assert outlay.lamports == GIVEN + 11_200 + TIPPED + 2 * RENT_LAMPORTS
    sell = EVERYTHING["sell"]
    outlay = judge(sell.raw(), sell.intent, sell.lookup_tables, SCENE.rules).outlay
    assert (outlay.lamports, outlay.token_units) == (11_200, WANTED)


@pytest.mark.parametrize("kind", KINDS)
@given(honest=honest_ones, seed=st.integers(0, 2**32))
def test_a_spoiled_message_is_refused(kind: str, honest: Honest, seed: int) -> None:
    spoiled = Tamperer(SCENE, seeded(seed)).spoil(honest, kind)
    assume(spoiled is not None)
    assert violations(spoiled.raw, honest.intent, spoiled.lookup_tables, SCENE.rules) != ()


@given(honest=honest_ones, seed=st.integers(0, 2**32), bits=st.integers(1, 3))
def test_flipped_bits_are_refused_or_no_worse(honest: Honest, seed: int, bits: int) -> None:
    raw = Tamperer(SCENE, seeded(seed)).flip(honest, bits)
    assert reasons(honest, raw) or is_no_worse(honest, raw)


@pytest.mark.parametrize("name", ["buy", "buy of 2022", "sell"])
def test_nobody_is_paid_directly_who_is_not_known(name: str) -> None:
    honest = EVERYTHING[name]
    found = violations(honest.raw(), honest.intent, {}, SigningRules())
    assert any("no known counterparty" in reason for reason in found)


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_message_serves_no_other_wallet(name: str) -> None:
    honest = EVERYTHING[name]
    other = replace(honest.intent, wallet=str(SCENE.stranger))
    assert violations(honest.raw(), other, honest.lookup_tables, SCENE.rules) != ()


def test_a_swap_does_not_serve_a_transfer_nor_the_other_way() -> None:
    buy, sol = EVERYTHING["buy"], EVERYTHING["send SOL"]
    assert violations(buy.raw(), sol.intent, {}, SCENE.rules) != ()
    assert violations(sol.raw(), buy.intent, {}, SCENE.rules) != ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount_in", GIVEN - 1),
        ("min_out", WANTED + 1),
        ("max_network_fee_lamports", 11_199),
        ("max_tip_lamports", TIPPED - 1),
        ("max_rent_lamports", 2 * RENT_LAMPORTS - 1),
        ("mint_out", str(SCENE.mint_2022)),
        ("transfer_fee_bps_out", 1),
    ],
)
def test_each_limit_of_a_swap_holds(field: str, value: int | str) -> None:
    buy = EVERYTHING["buy"]
    assert violations(buy.raw(), replace(buy.intent, **{field: value}), {}, SCENE.rules) != ()


@pytest.mark.parametrize("destination", [WSOL, JUPITER, SYSTEM, ata(SCENE.friend, WSOL), None])
def test_nothing_is_sent_to_what_is_nobodys_wallet(destination: Pubkey | None) -> None:
    wallet = SCENE.wallet.pubkey()
    honest, to = EVERYTHING["send SOL"], destination or wallet
    message = honest.raw([*honest.instructions[:2], pay(wallet, to, GIVEN)])
    found = violations(message, replace(honest.intent, destination=str(to)), {}, SCENE.rules)
    assert "the destination is no wallet of somebody else" in found


def with_route(instruction: Instruction) -> tuple[str, ...]:
    honest = EVERYTHING["route"]
    parts = [instruction if part.program_id == JUPITER else part for part in honest.instructions]
    return reasons(honest, honest.raw(parts))


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"given": GIVEN + 1}, "takes"),
        ({"given": 0}, "takes"),
        ({"quoted": WANTED - 3}, "may bring"),
        ({"slippage": 102}, "may bring"),
        ({"slippage": 10_001}, "gives a fee"),
        ({"fee": 4}, "may bring"),
        ({"fee": 51}, "gives a fee"),
        ({"positive": 1}, "above the quote"),
    ],
)
def test_a_routes_terms_are_held(terms: dict[str, int], words: str) -> None:
    pools = [Pubkey.from_string(text) for text in EVERYTHING["route"].lookup_tables.popitem()[1]]
    wallet = SCENE.wallet.pubkey()
    route = plain_route(SCENE, ata(wallet, WSOL), ata(wallet, SCENE.mint), pools[2:], **terms)
    assert any(words in reason for reason in with_route(route))


def test_a_route_with_its_amounts_at_the_end_is_refused_since_they_can_be_made_up() -> None:
    honest = EVERYTHING["route"]
    route = next(part for part in honest.instructions if part.program_id == JUPITER)
    older = Instruction(JUPITER, bytes.fromhex("e517cb977ae3ad2a") + route.data[8:], route.accounts)
    assert any("version 2" in reason for reason in with_route(older))


def test_a_route_shows_its_pools_no_other_account_of_the_wallet() -> None:
    honest = EVERYTHING["sell"]
    wallet = SCENE.wallet.pubkey()
    intent = replace(
        honest.intent, mint_out=str(SCENE.mint_2022), min_out=1,
        token_program_out="TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
    )  # fmt: skip
    route = plain_route(SCENE, ata(wallet, SCENE.mint), ata(wallet, WSOL), [ata(wallet, WSOL)])
    found = violations(honest.raw([*honest.instructions[:2], route]), intent, {}, SCENE.rules)
    assert found != ()


def test_what_the_wallet_has_is_no_payment_to_it() -> None:
    """A message that moves the wallet's own tokens to itself brings nothing."""
    buy, wallet = EVERYTHING["buy"], SCENE.wallet.pubkey()
    own = ata(wallet, SCENE.mint)
    parts = [
        send(own, SCENE.mint, own, wallet, WANTED, 6) if part.data[:1] == b"\x0c"
        and part.accounts[3].pubkey != wallet else part
        for part in buy.instructions
    ]  # fmt: skip
    assert any("what the wallet is to get" in reason for reason in reasons(buy, buy.raw(parts)))


def test_jupiters_account_must_not_stay_open() -> None:
    route = EVERYTHING["route"]
    wallet = SCENE.wallet.pubkey()
    place = Pubkey.find_program_address([b"token_account", bytes(wallet), bytes(WSOL)], JUPITER)
    make = Instruction(
        JUPITER,
        bytes.fromhex("93f17b64f484ae76") + bytes([place[1]]),
        [meta(place[0], "w"), meta(wallet, "sw"), meta(WSOL), meta(TOKEN), meta(SYSTEM)],
    )
    left = reasons(route, route.raw([*route.instructions, make]))
    assert any("leaves Jupiter's account" in reason for reason in left)
    closed = [*route.instructions, make, close(place[0], wallet, wallet)]
    assert reasons(route, route.raw(closed)) == ()


def test_a_lesser_fee_and_a_lesser_tip_are_nothing_to_refuse() -> None:
    assert least_out(WANTED, 100, 2) < WANTED
    buy, wallet = EVERYTHING["buy"], SCENE.wallet.pubkey()
    tipless = [part for part in buy.instructions if part.program_id != SYSTEM]
    parts = [*tipless, pay(wallet, ata(wallet, WSOL), 1)]
    assert reasons(buy, buy.raw(parts)) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"intent_id": ""},
        {"intent_id": "a b"},
        {"intent_id": "x" * 101},
        {"wallet": "nobody"},
        {"amount_in": 0},
        {"amount_in": 2**64},
        {"min_out": 0},
        {"max_tip_lamports": -1},
        {"mint_out": str(WSOL)},
        {"token_program_out": str(WSOL)},
        {"token_program_in": "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"},
        {"attempt": 0},
        {"attempt": 101},
        {"transfer_fee_bps_out": 10_001},
    ],
)
def test_an_intent_that_nothing_fulfils_is_none(change: dict[str, str | int]) -> None:
    intent = EVERYTHING["buy"].intent
    assert isinstance(intent, SwapIntent)
    with pytest.raises(UnsoundIntent):
        replace(intent, **change)


def test_a_transfer_of_nothing_is_none() -> None:
    intent = EVERYTHING["send SOL"].intent
    assert isinstance(intent, TransferIntent)
    with pytest.raises(UnsoundIntent):
        replace(intent, amount=0)
