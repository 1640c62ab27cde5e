"""Section E of the threat list, 69 to 73: tokens that call themselves what nobody should."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.identifiers import SOL_MINT, USDC_MINT
from bot.domain.instruments import clean_symbol, clean_text, known_lookalike, skeleton
from tests.bad_input.quarter import DOUBLES, HOSTILE_NAMES, Quarter, entity_kinds, mint_of
from tests.journeys.town import WIF

KNOWN = (("SOL", SOL_MINT), ("USDC", USDC_MINT), ("WIF", WIF))
HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\u0300-\u036f\u0489\0]")
LOOK_ALIKE = {
    "USDC": ("USD\u0421", "U\u0405DC", "USD\u03f9", "\uff35\uff33\uff24\uff23", "U.S.D.C", "usdc"),
    "SOL": (
        "S\u041eL",
        "S\u039fL",
        "S0L",
        "\u0405OL",
        "\U0001d412\U0001d40e\U0001d40b",
        "\u24c8OL",
    ),
    "WIF": ("W1F", "WlF", "W\u0406F", "\u051cIF", "W\u0399F", "$WIF", "W\u00cdF", "wif"),
}


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=lambda name: f"E69-E71 {ascii(name)[:16]}")
async def test_a_hostile_name_is_shown_literally_and_does_nothing(
    quarter: Quarter, settler: int, name: str
) -> None:
    """E69, E70, E71, E73: no link, no markup, no command, nothing hidden, and not endless."""
    mint, town = mint_of(name), quarter.town
    async with quarter.harmless():
        card = await town.say(settler, mint)
        info = await town.press(settler, card.message(), "Details")
        for shown in (card, info):
            assert "PAPER" in shown.text
            assert entity_kinds(shown.messages) <= {"bold", "code", "bot_command"}
            assert HIDDEN.search(shown.text) is None
            assert len(shown.text) < 1200
            assert "INFO paid" not in shown.text.splitlines()[1]
        assert mint in info.text


async def test_a_position_in_a_hostile_token_is_told_of_without_a_link(quarter: Quarter) -> None:
    """E69, E70, E73, on receipts, positions and history."""
    town, who = quarter.town, await quarter.settler()
    texts = [f"/open {mint_of(name)} long 0.1" for name in ("@admin", "https://t.me/evil", "<b>")]
    for text in (*texts, "/positions", "/history", "/close 1", "/close 2 50"):
        answer = await town.say(who, text)
        assert "PAPER" in answer.text, text
        assert entity_kinds(answer.messages) <= {"bold", "code", "bot_command"}
    assert await town.orders(who) == 5
    await quarter.calm()


@pytest.mark.parametrize("symbol", DOUBLES, ids=lambda symbol: f"E72 {symbol!a}")
async def test_a_double_of_a_known_token_is_flagged(
    quarter: Quarter, settler: int, symbol: str
) -> None:
    async with quarter.harmless():
        card = (await quarter.town.say(settler, mint_of(symbol))).text
        assert f"looks like {DOUBLES[symbol]}, different mint" in card


@pytest.mark.parametrize("symbol", ["USD\u0421", "W1F"], ids=lambda symbol: f"E72 {symbol!a}")
async def test_a_double_is_not_traded_by_its_symbol(
    quarter: Quarter, settler: int, symbol: str
) -> None:
    """E72: words copied from somewhere must not buy another token than they seem to name."""
    town = quarter.town
    async with quarter.harmless():
        await town.say(settler, mint_of(symbol))
        for text in (f"/open {symbol} long 1", f"/price {symbol}", symbol):
            answer = await town.say(settler, text)
            assert f"looks like {DOUBLES[symbol]}, but it is not" in answer.text
            assert mint_of(symbol) in answer.text


async def test_a_known_symbol_means_the_known_token_whoever_copies_it(
    quarter: Quarter, settler: int
) -> None:
    """E72: pasting a second USDC must not make the first one ambiguous, nor take its place."""
    town = quarter.town
    async with quarter.harmless():
        await town.say(settler, mint_of("USDC"))
        for text in ("/info USDC", "/info usdc", "/info $USDC"):
            answer = (await town.say(settler, text)).text
            assert USDC_MINT in answer
            assert "looks like" not in answer


async def test_a_symbol_in_look_alike_letters_that_nobody_tracks_is_told_so(
    quarter: Quarter, settler: int
) -> None:
    """E72."""
    async with quarter.harmless():
        answer = (await quarter.town.say(settler, "/price J\u0423P")).text
        assert "I don't know a token" in answer
        answer = (await quarter.town.say(settler, "/price JU\u0420")).text
        assert "looks like JUP, but it is not" in answer


@pytest.mark.parametrize(
    ("like", "symbol"), [(like, symbol) for like, all_ in LOOK_ALIKE.items() for symbol in all_]
)
def test_a_look_alike_is_recognised(like: str, symbol: str) -> None:
    """E72, against the letters of Unicode's confusables.txt that are Cyrillic or Greek."""
    assert known_lookalike(symbol, KNOWN, "another mint") == like


@pytest.mark.parametrize(
    "symbol", ["USDT", "USD", "SOLO", "BONK", "\u0414\u0416", "", "\u2026", "WF"]
)
def test_another_symbol_is_left_alone(symbol: str) -> None:
    assert known_lookalike(symbol, KNOWN, "another mint") == ""


def test_the_known_token_is_not_its_own_double() -> None:
    assert [known_lookalike(symbol, KNOWN, mint) for symbol, mint in KNOWN] == ["", "", ""]


@given(raw=st.text(max_size=80))
def test_any_name_is_cut_and_cleaned(raw: str) -> None:
    """E71."""
    assert len(clean_text(raw)) <= 32
    assert 0 < len(clean_symbol(raw, WIF)) <= 16
    assert HIDDEN.search(clean_text(raw) + clean_symbol(raw, WIF)) is None
    assert skeleton(skeleton(raw)) == skeleton(raw) or not raw.isascii()
