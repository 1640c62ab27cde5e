"""No text of a stranger becomes a formula, no number becomes a text, and nothing is lost."""

import csv
import io
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.spreadsheets import csv_text

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@given(st.text())
def test_a_text_comes_back_and_begins_no_formula(text: str) -> None:
    ((cell,),) = read(csv_text([[text or "x"]]))
    assert not cell.lstrip(" ").startswith(STARTS)
    plain = (text or "x").replace("\0", "")
    assert cell in {plain, f"'{plain}"}


@given(st.sampled_from(STARTS), st.sampled_from(["", " ", "   "]), st.text(max_size=20))
def test_what_would_begin_a_formula_gets_an_apostrophe(start: str, pad: str, rest: str) -> None:
    ((cell,),) = read(csv_text([[pad + start + rest]]))
    assert cell.startswith("'")


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://x","y")', "+1+cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "\tx", 'a,b"c\nd'],
)
def test_known_attacks_stay_one_harmless_cell(text: str) -> None:
    ((cell, after),) = read(csv_text([[text, 7]]))
    assert cell.lstrip("'") == text
    assert after == "7"
    assert cell[0] not in "=+-@\t"


@given(st.integers(-(10**38), 10**38), st.decimals(allow_nan=False, allow_infinity=False))
def test_numbers_stay_numbers_to_the_last_digit(whole: int, number: Decimal) -> None:
    ((first, second),) = read(csv_text([[whole, number]]))
    assert int(first) == whole
    assert Decimal(second) == number
    assert "E" not in second.upper()


@given(st.datetimes(timezones=st.just(timezone(timedelta(hours=5, minutes=30)))))
def test_moments_are_told_in_utc(moment: datetime) -> None:
    try:
        there = moment.astimezone(UTC)
    except OverflowError:
        return
    ((cell,),) = read(csv_text([[moment]]))
    assert cell.endswith("Z")
    assert datetime.fromisoformat(cell) == there


def test_what_is_not_there_is_empty_and_a_truth_is_a_word() -> None:
    assert read(csv_text([[None, True, False]])) == [["", "yes", "no"]]
