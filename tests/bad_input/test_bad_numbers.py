"""Section A of the threat list: numbers that are none, too big, too fine, or two at once.

Case 14 waits for stops; 11 to 13 speak of a JSON API and a mini app, which do not exist yet:
numbers in updates, the only JSON that comes in, are in `test_bad_updates.py`.
"""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Refusal
from bot.domain.money import percent_from_text, units_from_text, whole_from_text
from bot.telegram.arguments import LONGEST_TEXT, size_from_text
from tests.bad_input.quarter import Quarter
from tests.journeys.people import ADA

FORM, LARGE = "number form I don't take", "too large"
SIZES = {
    "A1": {"NaN": FORM, "sNaN": FORM, "Infinity": FORM, "-inf": FORM, "-NaN": FORM},
    "A2": {"1e1000000": FORM, "1e99999999": FORM, "1E9": FORM, "9" * 4000: FORM},
    "A3": {
        "\uff11\uff12": FORM,
        "\u0661\u0662": FORM,
        "\u00bd": FORM,
        "\u00b2": FORM,
        "\u221e": FORM,
    },
    "A4": {"1_000": FORM, "+5": FORM, "0x10": FORM},
    "A5": {
        "0": "above zero",
        "0.000": "above zero",
        "-0": FORM,
        "-1": FORM,
        "0.0000000001": "more decimals than exist",
        "0.0009": "the least is 0.001 SOL",
    },
    "A6": {"1.0000000001": "at most 9", "0.1234567891": "at most 9"},
    "A7": {str(2**63): LARGE, str(2**64 - 1): LARGE, str(10**30): LARGE, "9" * 15: "Too big"},
    "A8": {"1,500": "could mean two things", "1,500.25": FORM, "1.500,25": FORM},
    "A10": {
        "5 x0": "not a leverage",
        "5 x1.5": "whole number from 1 up",
        "5 x-1": "not a leverage",
        "5 x1e9": "not a leverage",
        "5 x126": "limit of x3",
        "5 1.5": "not a leverage",
    },
}
PERCENTAGES = ("101%", "-5%", "50%%", "0", "%", "\u0665\u0660", "1e2", "50.5", "NaN", "9" * 400)
ENDLESS = (
    "1e1000000",
    "1e99999999",
    "9" * LONGEST_TEXT,
    "0." + "0" * 4000 + "1",
    "1" + "," * 4000,
    " " * 4000 + "5x",
    "NaN" * 1000,
    "\u0661" * 4000,
    "1_" * 2000,
)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        pytest.param(size, words, id=f"{case} {size[:20].encode('ascii', 'namereplace').decode()}")
        for case, sizes in SIZES.items()
        for size, words in sizes.items()
    ],
)
async def test_a_size_that_is_no_size_is_refused_with_the_reason(
    quarter: Quarter, settler: int, size: str, words: str
) -> None:
    side = "short" if " " in size else "long"
    async with quarter.harmless():
        answer = await quarter.town.say(settler, f"/open WIF {side} {size}")
        assert words in answer.text
        assert answer.text.count("/open WIF") >= 1, "an example that works"


async def test_what_only_an_admin_may_size_is_still_bound_by_the_wallet(quarter: Quarter) -> None:
    """A7: an admin has no largest position, so the number itself has to be borne."""
    await quarter.town.say(ADA, "/start")
    async with quarter.harmless():
        for side in ("long", "short"):
            answer = await quarter.town.say(ADA, f"/open WIF {side} {'9' * 15}.{'9' * 8}")
            assert "Try" in answer.text
            assert "SOL" in answer.text


@pytest.mark.parametrize("percent", PERCENTAGES, ids=lambda percent: f"A9 {ascii(percent)[:12]}")
async def test_a_percentage_that_is_none_closes_nothing(quarter: Quarter, percent: str) -> None:
    who = await quarter.settler()
    await quarter.town.say(who, "/open WIF long 1")
    async with quarter.harmless():
        answer = await quarter.town.say(who, f"/close 1 {percent}")
        assert "Give 1 to 100" in answer.text


async def test_a_decimal_comma_is_read_and_shown_as_a_point(quarter: Quarter) -> None:
    """A8 and A4: one comma is a decimal mark, and spaces around a number do not count."""
    who = await quarter.settler()
    for text in ("/open WIF long 1,5", "/open WIF long    1.5   "):
        assert "for 1.5 SOL" in (await quarter.town.say(who, text)).text
    await quarter.calm()


async def test_a_number_asked_for_is_read_as_strictly(quarter: Quarter, settler: int) -> None:
    """A1 to A8 by the guided way: the question stays open until a number answers it."""
    card = await quarter.card(settler)
    question = await quarter.town.press(settler, card, "Amount")
    assert "How much" in question.text or "SOL" in question.text
    async with quarter.harmless():
        for size, words in {"NaN": FORM, "1,500": "two things", str(2**63): LARGE}.items():
            assert words in (await quarter.town.say(settler, size)).text
        assert "Cancelled" in (await quarter.town.say(settler, "/cancel")).text


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "#", "##1", "\u0661", "9" * 30, "abc", "1e1"])
async def test_a_position_that_is_none_is_not_closed(
    quarter: Quarter, settler: int, number: str
) -> None:
    """A3 to A7 for a position's number."""
    async with quarter.harmless():
        answer = await quarter.town.say(settler, f"/close {number}")
        assert "/positions" in answer.text


@pytest.mark.parametrize(
    "text",
    ENDLESS,
    ids=lambda text: f"A2 {ascii(text)[:16]}",
)
def test_no_text_takes_long_to_be_refused(text: str) -> None:
    begun = time.thread_time()  # its own: others may hold the processor up
    for read in (size_from_text, percent_from_text, whole_from_text):
        with pytest.raises(Refusal):
            read(text)
    assert time.thread_time() - begun < 0.5


@given(text=st.text(max_size=60) | st.from_regex(r"[-+0-9.,_eExX%\s]{1,40}", fullmatch=True))
def test_any_text_is_a_plain_number_or_refused(text: str) -> None:
    """A1 to A7: what is read is positive, whole in base units, and small enough for the books."""
    try:
        units = units_from_text(text, 9)
    except Refusal:
        return
    assert 0 < units < 10**24
    assert text.strip(" ").isascii()


@given(units=st.integers(1, 10**23 - 1))
def test_a_plain_number_is_read_exactly(units: int) -> None:
    """A6: nothing is rounded in silence."""
    whole, part = divmod(units, 10**9)
    for mark in ".,":
        assert units_from_text(f"{whole}{mark}{part:09d}", 9) == units
