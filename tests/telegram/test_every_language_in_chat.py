"""Every screen can be shown in every language, numbers and dates as that language writes them."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.domain.errors import Refusal
from bot.domain.languages import Language
from bot.domain.users import Role
from bot.telegram.layout import LONGEST_TOAST
from bot.telegram.rich_text import utf16_units
from bot.telegram.screens import figures
from bot.telegram.screens.phrases import refusal_words
from bot.telegram.texts import REFUSALS
from bot.words.extract import TRANSLATIONS
from bot.words.speech import speaking
from tests.builders.chat_updates import a_person
from tests.telegram.conftest import ChatDoor, text_of
from tests.telegram.test_chat_words import FIGURES

SCREENS = (
    "/start", "/help", "/help open", "/price WIF", "/info WIF", "/check WIF", "/open", "/open WIF",
    "/open WIF long 5", "/open WIF short 5 x2", "/open WIF long 1e9", "/close 12 50", "/limit WIF",
    "/limit WIF buy 5 at -5% sl -8%", "/tp 12", "/orders", "/order 15", "/positions", "/wallet",
    "/history", "/pnl", "/alerts", "/alert WIF above 0.02", "/presets", "/risk", "/locks", "/panic",
    "/reset", "/safety", "/watchlist", "/movers", "/report", "/export", "/language", "/nosuch",
)  # fmt: skip
HOLE = re.compile(r"[{}]|\[\[")
ENGLISH = re.compile(r"\b(?:the|your|with|nothing|you|from|what|this|price|wallet)\b")
TYPED = re.compile(r"/\w+[^\n]*|`[^`]*`")


@pytest.mark.parametrize("language", TRANSLATIONS)
async def test_the_screens_of_trading_are_shown_whole(door: ChatDoor, language: Language) -> None:
    door.services.role = Role.BASIC
    door.services.watched = [7]
    sender = a_person(language_code=language.value)
    for command in SCREENS:
        for notice in await door.say(command, **{"from": sender}):
            text = text_of(notice)
            assert not HOLE.search(text), (command, text)
            assert not ENGLISH.search(TYPED.sub("", text)), (command, text)


@pytest.mark.parametrize("language", TRANSLATIONS)
@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_refusals_fit_the_window_over_a_button(code: str, language: Language) -> None:
    with speaking(language):
        words, _ = refusal_words(Refusal(code, **FIGURES), "WIF").render()
    assert utf16_units(words) <= LONGEST_TOAST + 120, "a window cuts the rest"
    assert not HOLE.search(words)


@pytest.mark.parametrize(
    ("language", "number", "day"),
    [
        (Language.ENGLISH, "0.01842", "21 Nov 14:05"),
        (Language.SPANISH, "0,01842", "21 nov 14:05"),
        (Language.RUSSIAN, "0,01842", "21 ноя 14:05"),
        (Language.CHINESE, "0.01842", "11月21日 14:05"),
    ],
)
def test_numbers_and_dates_are_written_as_the_language_does(
    language: Language, number: str, day: str
) -> None:
    with speaking(language):
        assert figures.number(Decimal("0.01842")) == number
        assert figures.day_and_time(datetime(2026, 11, 21, 14, 5, tzinfo=UTC)) == day


def test_what_can_be_typed_back_keeps_its_point() -> None:
    fields = {"needed_lamports": 1, "minimum_lamports": 10_000_000}
    with speaking(Language.RUSSIAN):
        words, _ = refusal_words(Refusal("too_small", **fields), "WIF").render()
    assert "0,01 SOL" in words
    assert "/open WIF long 0.01" in words
