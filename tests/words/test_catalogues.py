"""No text is without its place in the catalogues, and a translation keeps what must not change."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from bot.domain.languages import Language
from bot.words.catalogues import po_file
from bot.words.extract import TRANSLATIONS, Found, texts_of_the_code, uncounted_texts, updated
from bot.words.speech import say, say_count, speaking

FIELD = re.compile(r"\{\w+(?::\w+)?\}")
CODE = re.compile(r"`[^`]*`")
COMMAND = re.compile(r"(?<![\w/])/[a-z_]+")
LOUD = re.compile("[!\u00a1\uff01]")
PLACES = re.compile(r"\[\[|\]\]")


TEXTS = cache(texts_of_the_code)


@cache
def catalog(language: Language) -> Catalog:
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language.value)


def pairs(language: Language) -> Iterator[tuple[str, str]]:
    """Every text beside its translation; of a counted one, the many beside each form."""
    for message in catalog(language):
        match message.id, message.string:
            case str(text), str(said) if text and said:
                yield text, said
            case (_, str(many)), tuple(forms) if all(forms):
                yield from ((many, form) for form in forms)


def is_said(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def test_the_files_hold_the_texts_of_the_code_and_no_others() -> None:
    found = TEXTS()
    for language in TRANSLATIONS:
        held = {message.id for message in catalog(language) if message.id}
        wanted = {message.id for message in updated(language, found) if message.id}
        assert held == wanted, (language, "run `python -m bot.words.extract` and translate")


@pytest.mark.parametrize("language", TRANSLATIONS)
@pytest.mark.parametrize("kept", [FIELD, CODE, COMMAND, PLACES], ids=lambda one: one.pattern)
def test_a_translation_keeps_fields_commands_and_what_can_be_typed(
    language: Language, kept: re.Pattern[str]
) -> None:
    changed = [
        (text, said)
        for text, said in pairs(language)
        if Counter(kept.findall(text)) != Counter(kept.findall(said))
    ]
    assert changed == []


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_translation_cheers_no_more_than_the_text(language: Language) -> None:
    loud = [said for text, said in pairs(language) if LOUD.search(said) and "!" not in text]
    assert loud == []


@pytest.mark.parametrize(
    ("language", "count", "said"),
    [
        (Language.SPANISH, 1, "1 posición abierta"),
        (Language.SPANISH, 2, "2 posiciones abiertas"),
        (Language.RUSSIAN, 1, "1 открытая позиция"),
        (Language.RUSSIAN, 3, "3 открытые позиции"),
        (Language.RUSSIAN, 5, "5 открытых позиций"),
        (Language.CHINESE, 5, "5 个持仓"),
    ],
)
def test_numbers_have_the_forms_of_their_language(
    language: Language, count: int, said: str
) -> None:
    with speaking(language):
        assert say_count("{count} open position", "{count} open positions", count) == said


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_everything_that_is_said_is_translated(language: Language) -> None:
    said = {message.id for message in catalog(language) if is_said(message)}
    assert {found.forms for found in TEXTS() if found.key not in said} == set()


def test_what_nobody_translated_is_english() -> None:
    with speaking(Language.RUSSIAN):
        assert say("Nothing of the {kind}", kind="kind") == "Nothing of the kind"
        assert say_count("{count} gnu", "{count} gnus", 2) == "2 gnus"


def test_english_needs_no_catalogue() -> None:
    script = "import sys, bot.telegram.command_table; sys.exit('babel' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0  # noqa: S603 (our own interpreter)


def test_the_texts_of_the_code_are_found_however_they_are_written() -> None:
    texts = {found.forms for found in TEXTS()}
    assert {len(forms) for forms in texts} == {1, 2}
    assert ("{count} open position", "{count} open positions") in texts
    assert all(isinstance(found, Found) for found in TEXTS())


def test_what_is_said_of_a_number_is_written_out_where_it_is_said(tmp_path: Path) -> None:
    assert uncounted_texts() == []
    code = tmp_path / "code.py"
    code.write_text('say_count(later("one"), later("many"), 2)\nsay_count(ONE, MANY, 2)\n')
    assert [text.forms for text in texts_of_the_code(tmp_path)] == [("one", "many")]
    assert uncounted_texts(tmp_path) == ["code.py:2"]
