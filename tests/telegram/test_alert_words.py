"""What a person types of an alert is read as meant, or refused; nothing of it can hurt."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert_hours import QuietHours
from bot.domain.alerts import AlertKind, AlertSide, Condition
from bot.domain.errors import Refusal
from bot.domain.money import figure_from_text, share_from_text
from bot.telegram.alert_hour_words import read_offset, read_quiet
from bot.telegram.alert_words import read_change, read_condition, read_own_condition

ABOVE, BELOW, BOTH = AlertSide.ABOVE, AlertSide.BELOW, AlertSide.BOTH
HOSTILE = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789.,kKmMbB$%+-−eE_ ₀₇٣", max_size=30),  # noqa: RUF001 (hostile)
    st.sampled_from(
        ["1e9", "1e1000000", "NaN", "Infinity", "-0", "0x10", "1_000", "٣", "½", "9" * 400]
    ),
)


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("0.02", "0.02"),
        ("1k", "1000"),
        ("1.5M", "1500000"),
        ("2,5b", "2500000000"),
        ("0.0₇4157", "0.00000004157"),
        ("12.5K", "12500"),
    ],
)
def test_figures_may_be_short(text: str, figure: str) -> None:
    assert figure_from_text(text) == Decimal(figure)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1e9", "not_a_number"),
        ("k", "not_a_number"),
        ("1kk", "not_a_number"),
        ("1,500", "ambiguous_number"),
        ("1,500k", "ambiguous_number"),
        ("0", "not_positive"),
        ("-5", "not_a_number"),
        ("999999999999999b", "number_too_large"),
        ("9" * 50, "not_a_number"),
        ("", "not_a_number"),
    ],
)
def test_other_figures_are_refused(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        figure_from_text(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("words", "condition"),
    [
        ("above 0.02", Condition(kind=AlertKind.PRICE, side=ABOVE, level=Decimal("0.02"))),
        ("0.02", Condition(kind=AlertKind.PRICE, side=None, level=Decimal("0.02"))),
        (
            "BELOW $1k",
            Condition(kind=AlertKind.PRICE, side=BELOW, level=Decimal(1000), in_usd=True),
        ),
        (
            "mc 5M",
            Condition(kind=AlertKind.MARKET_CAP, side=None, level=Decimal(5 * 10**6), in_usd=True),
        ),
        (
            "above mc $5M",
            Condition(kind=AlertKind.MARKET_CAP, side=ABOVE, level=Decimal(5 * 10**6), in_usd=True),
        ),
        (
            "mc below 5M",
            Condition(kind=AlertKind.MARKET_CAP, side=BELOW, level=Decimal(5 * 10**6), in_usd=True),
        ),
        (
            "moves 10%",
            Condition(kind=AlertKind.MOVE, side=BOTH, move_bps=1000, is_recurring=True),
        ),
        ("moves down 7,5% once", Condition(kind=AlertKind.MOVE, side=BELOW, move_bps=750)),
        ("moves 150% up once", Condition(kind=AlertKind.MOVE, side=ABOVE, move_bps=15_000)),
        (
            "volume above 50k",
            Condition(kind=AlertKind.VOLUME, side=ABOVE, level=Decimal(50_000), in_usd=True),
        ),
        ("liquidity drop 30%", Condition(kind=AlertKind.LIQUIDITY, side=BELOW, move_bps=3000)),
        (
            "liquidity below 500",
            Condition(kind=AlertKind.LIQUIDITY, side=BELOW, level=Decimal(500)),
        ),
    ],
)
def test_a_condition_is_read_as_meant(words: str, condition: Condition) -> None:
    assert read_condition(words.split()) == condition


def test_positions_and_equity_are_no_tokens() -> None:
    assert read_own_condition("position", ["12", "pnl", "below", "-10%"]) == Condition(
        kind=AlertKind.POSITION, side=BELOW, move_bps=-1000, position_number=12
    )
    assert read_own_condition("position", ["#12", "above", "20"]) == Condition(
        kind=AlertKind.POSITION, side=ABOVE, move_bps=2000, position_number=12
    )
    assert read_own_condition("Equity", ["above", "120"]) == Condition(
        kind=AlertKind.EQUITY, side=ABOVE, level=Decimal(120)
    )
    assert read_own_condition("WIF", ["above", "1"]) is None
    assert read_own_condition("$EQUITY", ["above", "1"]) is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("", "missing_argument"),
        ("above", "missing_argument"),
        ("sideways 5", "bad_condition"),
        ("above 5 6", "too_many_arguments"),
        ("a b c d e f g h i", "too_many_arguments"),
        ("moves 0.01%", "bad_share"),
        ("moves 100%", "bad_share"),
        ("moves -5%", "bad_share"),
        ("moves down 100% once", "bad_share"),
        ("liquidity drop 100%", "bad_share"),
        ("above 1e9", "not_a_number"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(words: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_condition(words.split())
    assert refused.value.code == code


@given(words=st.lists(HOSTILE, max_size=12))
def test_no_words_do_more_than_be_read_or_refused(words: list[str]) -> None:
    """A level that is read is above zero and below what a column of the database holds."""
    for read in (
        lambda: read_condition(words),
        lambda: read_own_condition("position", words),
        lambda: read_own_condition("equity", words),
        lambda: read_condition(["above", *words]),
        lambda: read_condition(["moves", *words]),
        lambda: read_change(Condition(kind=AlertKind.PRICE, side=ABOVE, level=Decimal(1)), words),
    ):
        try:
            condition = read()
        except Refusal:
            continue
        if condition is not None and condition.level is not None:
            assert 0 < condition.level <= Decimal(10) ** 18


@given(text=HOSTILE)
def test_no_text_makes_a_share_or_hours_of_nonsense(text: str) -> None:
    for read in (share_from_text, read_quiet, read_offset):
        try:
            read(text)
        except Refusal:
            continue


def test_only_a_figure_changes_only_the_figure() -> None:
    moves = Condition(kind=AlertKind.MOVE, side=ABOVE, move_bps=500, is_recurring=True)
    assert read_change(moves, ["7%"]).move_bps == 700
    assert read_change(moves, ["7%"]).is_recurring
    price = Condition(kind=AlertKind.PRICE, side=ABOVE, level=Decimal(1))
    assert read_change(price, ["$2"]) == Condition(
        kind=AlertKind.PRICE, side=None, level=Decimal(2), in_usd=True
    )
    assert read_change(price, ["moves", "5%"]).kind is AlertKind.MOVE
    mine = Condition(kind=AlertKind.POSITION, side=ABOVE, move_bps=500, position_number=3)
    assert read_change(mine, ["below", "-5%"]).move_bps == -500


def test_hours_are_read_and_may_cross_midnight() -> None:
    assert read_quiet("22-7") == QuietHours(from_minute=1320, to_minute=420)
    assert read_quiet("22:30-24:00") == QuietHours(from_minute=1350, to_minute=0)
    assert (read_offset("+5:30"), read_offset("-3"), read_offset("0")) == (330, -180, 0)
    for nonsense in ("7", "25-7", "7-7", "22:60-7", "a-b", "1-2-3"):
        with pytest.raises(Refusal):
            read_quiet(nonsense)
    for nonsense in ("15", "+14:01", "x", "--2"):
        with pytest.raises(Refusal):
            read_offset(nonsense)
