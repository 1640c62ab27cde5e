"""Every refusal that the code can raise has words, and the words say what would work."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.errors import Refusal
from bot.telegram.layout import LONGEST_TOAST
from bot.telegram.rich_text import utf16_units
from bot.telegram.screens.phrases import fill, refusal_words
from bot.telegram.texts import REFUSALS

PRODUCT = Path(__file__).parents[2] / "bot"
RAISED = re.compile(r"Refusal\(\s*\"(\w+)\"")
ENDS_OF_LIVE_ORDERS = {"live_failed", "live_expired", "live_withheld", "live_funds_left"}
GIVEN_BY_NAME = {
    "anonymous",
    "forwarded",
    "via_bot",
    "edited",
    "unknown_mint",
    "live_busy",
    "live_is_premium",
    "address_gone",
    "address_listed",
    "addresses_full",
    "withdrawal_over_order",
    "withdrawal_over_day",
    "withdrawal_over_all_day",
}
FRACTIONS = {"impact_too_high", "slippage_too_high"}
FIGURES = {
    "needed_lamports": 5_000_000_000,
    "cash_lamports": 1_200_000_000,
    "minimum_lamports": 10_000_000,
    "size_lamports": 150_000_000_000,
    "limit_lamports": 100_000_000_000,
    "held_lamports": 20_000_000_000,
    "would_fit_lamports": 3_100_000_000,
    "impact": Decimal("0.124"),
    "limit": 3,
    "most": 10,
    "leverage": 9,
    "role": "basic",
    "number": 12,
    "order_number": 15,
    "decimals": 9,
    "lag_slots": 210,
    "state": "filled",
    "slippage": Decimal("0.21"),
    "one": "raydium_cpmm",
    "other": "orca_whirlpool",
    "gap": Decimal("0.12"),
    "waited_seconds": 400,
    "symbol": "WIF",
    "figure": "price",
    "side": "long",
    "text": "1e9",
    "address": "EKpQGSJtjMFqKZ9KQanSqYXRcF8fBopzLHYxdM65zcjm",
    "owner": "Ann",
    "cut": "PAPER",
    "now": "LIVE",
    "back": "paper",
    "numbers": "77, 88",
    "name": "postions",
    "suggestion": "positions",
    "argument": "SIZE",
    "what": "fills",
    "reason": "the pool does not hold that much",
    "until": datetime(2026, 11, 21, 14, 5, tzinfo=UTC),
    "since": datetime(2026, 11, 21, 13, 5, tzinfo=UTC),
    "rule": "stop_guard",
    "count": 4,
    "share": Decimal("0.61"),
    "limit_share": Decimal("0.5"),
    "loss_lamports": 26_000_000_000,
    "chain": "Bitcoin",
    "known": "EKpQBQyCYHcoqfAr35ooC2RtoGdscFfEqDDiKcQxTzcjm",
    "label": "main",
    "least_lamports": 1_000_000,
    "needs": ("delay",),
    "peak_lamports": 140_000_000_000,
}


def codes_raised() -> set[str]:
    files = (path for path in PRODUCT.rglob("*.py") if "sandbox" not in path.parts)
    return {code for path in files for code in RAISED.findall(path.read_text())}


def test_every_code_that_is_raised_has_words() -> None:
    assert codes_raised() - set(REFUSALS) == set()


def test_no_words_are_kept_for_codes_that_nobody_raises() -> None:
    assert set(REFUSALS) - codes_raised() - GIVEN_BY_NAME - ENDS_OF_LIVE_ORDERS == set()


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_words_are_whole_sentences_without_gaps(code: str) -> None:
    fields = FIGURES | ({"limit": Decimal("0.1")} if code in FRACTIONS else {})
    fields = FIGURES | ({"limit": Decimal("0.1")} if code == "impact_too_high" else {})
    fields |= {"name": "drawdown", "value": 9000} if code == "limit_too_loose" else {}
    words, _ = refusal_words(Refusal(code, **fields), "WIF").render()
    assert "?" not in words.replace("Did you mean /positions?", "")
    assert not set("{}[]`") & set(words)
    assert words[-1] in ".)"
    assert "!" not in words


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_words_hold_without_any_figures(code: str) -> None:
    words, _ = refusal_words(Refusal(code), "WIF").render()
    assert not set("{}[]`") & set(words)


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_words_over_a_button_are_short_enough_to_be_read(code: str) -> None:
    words, _ = refusal_words(Refusal(code, **FIGURES), "WIF").render()
    assert utf16_units(words) <= LONGEST_TOAST + 60, "a window cuts the rest"


def test_a_size_above_the_limit_names_the_room_that_is_left() -> None:
    fields = {name: FIGURES[name] for name in ("size_lamports", "limit_lamports", "role")}
    free, _ = refusal_words(
        Refusal("over_position_limit", held_lamports=0, **fields), "WIF"
    ).render()
    assert free == (
        "Too big: 150 SOL is above your 100 SOL limit per position (basic). Try /open WIF long 100."
    )
    held = Refusal("over_position_limit", held_lamports=20_000_000_000, **fields)
    text, _ = refusal_words(held, "WIF").render()
    assert "of which 20 SOL is used" in text
    assert "/open WIF long 80" in text


def test_an_unknown_code_still_gets_a_polite_no() -> None:
    assert "not possible now" in refusal_words(Refusal("brand_new"), "WIF").render()[0]


def test_what_people_typed_is_echoed_in_code_and_cut() -> None:
    hostile = "@admin https://t.me/x \u202e" + "A" * 500
    text, entities = fill("I read {text} so.", {"text": hostile}).render()
    assert "\u202e" not in text
    assert len(text) < 90
    assert [entity["type"] for entity in entities] == ["code"]
