"""Numbers on screens: short, plain, and true within their rounding."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.screens import figures

_SUBSCRIPT = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_SCALES = {"k": 3, "M": 6, "B": 9, "T": 12, "Q": 15}
_TINY = re.compile(r"0\.0([₀-₉]+)(\d+)")


def read_back(text: str) -> Decimal:
    """Read a figure as a person would."""
    sign = -1 if text.startswith(figures.MINUS) else 1
    text = text.lstrip(figures.MINUS + "+")
    tiny = _TINY.fullmatch(text)
    if tiny is not None:
        zeros = int(tiny[1].translate(_SUBSCRIPT))
        return sign * Decimal("0." + "0" * zeros + tiny[2])
    scale = _SCALES.get(text[-1], 0)
    return sign * Decimal(text[:-1] if scale else text).scaleb(scale)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0", "0"),
        ("0.01842045", "0.01842"),
        ("270.9123", "270.9"),
        ("0.00000004157", "0.0₇4157"),
        ("0.000002874", "0.0₅2874"),
        ("0.000015", "0.000015"),
        ("12400", "12.4k"),
        ("9999.6", "10k"),
        ("9999.4", "9999"),
        ("999999", "1M"),
        ("0.99999", "1"),
        ("-3.10", "\u22123.1"),
        ("18400000", "18.4M"),
        ("1e17", "100Q"),
        ("1e30", ">999Q"),
        ("1e-30", "0.0₂₉1"),
    ],
)
def test_numbers_have_four_digits_and_no_exponent(value: str, shown: str) -> None:
    assert figures.number(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("lamports", "shown"),
    [
        (94_998_500_000, "94.9985"),
        (100_000_000_000, "100"),
        (15_000, "0.000015"),
        (2_039_280, "0.002039"),
        (1, "0.0₈1"),
        (-310_000_000, "\u22120.31"),
        (18_412_000_000_000, "18.4k"),
        (0, "0"),
    ],
)
def test_sol_has_at_most_four_decimals_where_they_say_enough(lamports: int, shown: str) -> None:
    assert figures.sol(lamports) == shown


def test_depths_have_four_digits_only() -> None:
    assert figures.about_sol(9_339_537_500_000) == "9340 SOL"


@pytest.mark.parametrize(
    ("fraction", "shown"),
    [
        ("0.0324", "+3.2%"),
        ("-0.08", "\u22128%"),
        ("0.0004", "+0.04%"),
        ("0.00001", "+<0.01%"),
        ("-0.00001", "\u2212<0.01%"),
        ("0", "0%"),
        ("12.345", "+1234%"),
        ("2.5", "+250%"),
        ("1000", "+100k%"),
    ],
)
def test_changes_carry_their_sign(fraction: str, shown: str) -> None:
    assert figures.signed_percent(Decimal(fraction)) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2.2288", "$2.23"),
        ("605.2", "$605"),
        ("11498", "$11.5k"),
        ("-5.5", "\u2212$5.50"),
        ("0.0000004157", "$0.0₆4157"),
        ("0.25", "$0.25"),
    ],
)
def test_dollars_are_rounded(value: str, shown: str) -> None:
    assert figures.usd(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-1, "0 s ago"), (2.9, "2 s ago"), (60, "1 min ago"), (7300, "2 h ago"), (2e5, "2 d ago")],
)
def test_ages_use_their_largest_unit(seconds: float, shown: str) -> None:
    assert figures.age(seconds) == shown


ANY_SIZE = st.decimals(
    min_value=Decimal("1e-24"), max_value=Decimal("9e17"), allow_nan=False, allow_infinity=False
)


@given(value=ANY_SIZE, is_loss=st.booleans())
def test_every_number_is_short_plain_and_true(value: Decimal, *, is_loss: bool) -> None:
    shown = figures.number(-value if is_loss else value)
    assert len(shown) <= 12
    assert "e" not in shown.lower()
    error = abs(abs(read_back(shown)) - value)
    assert error <= value * Decimal("0.005")
    assert shown.startswith(figures.MINUS) == is_loss


def test_a_number_is_rounded_once() -> None:
    assert figures.number(Decimal("10251256.281407036")) == "10.3M"


@given(lamports=st.integers(-(10**20), 10**20))
def test_every_amount_of_sol_is_short_plain_and_true(lamports: int) -> None:
    shown = figures.sol(lamports)
    assert len(shown) <= 12
    value = Decimal(lamports).scaleb(-9)
    error = abs(read_back(shown) - value)
    assert error <= max(abs(value) * Decimal("0.005"), 0)


@given(lamports=st.integers(10**7, 10**13 - 10**6))
def test_a_wallets_sol_is_true_to_the_fourth_decimal(lamports: int) -> None:
    error = abs(read_back(figures.sol(lamports)) - Decimal(lamports).scaleb(-9))
    assert error <= Decimal("0.00005")


@given(
    fraction=st.decimals(
        min_value=-(10**9), max_value=10**9, allow_nan=False, allow_infinity=False, places=12
    )
)
def test_every_percentage_is_short_and_plain(fraction: Decimal) -> None:
    shown = figures.signed_percent(fraction)
    assert len(shown) <= 12
    assert "e" not in shown.lower()
    sign = figures.MINUS if fraction < 0 else "+"
    assert shown.startswith(sign) if fraction else shown == "0%"


@given(value=ANY_SIZE)
def test_every_dollar_figure_is_short_and_plain(value: Decimal) -> None:
    shown = figures.usd(value)
    assert len(shown) <= 13
    assert shown.startswith("$")
    assert "e" not in shown.lower()
