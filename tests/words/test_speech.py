"""Texts are said with their fields, plain or marked, one of a thing or many."""

from bot.domain.languages import Language
from bot.telegram.rich_text import Code, marked
from bot.words.speech import later, say, say_count, speaking, spoken


def test_a_text_is_said_with_its_fields() -> None:
    assert say("{free} free of {all}", free="3 SOL", all="5 SOL") == "3 SOL free of 5 SOL"


def test_a_text_without_fields_may_hold_braces() -> None:
    assert say("write {name}") == "write {name}"


def test_one_thing_and_many_are_said_differently() -> None:
    assert say_count("{count} order", "{count} orders", 1) == "1 order"
    assert say_count("{count} order", "{count} orders", 2) == "2 orders"


def test_a_text_marked_for_later_is_itself() -> None:
    assert say(later("Back")) == "Back"


def test_fields_may_be_marked_parts() -> None:
    words, entities = marked("Usage: {usage}.", usage=Code("/open")).render()
    assert words == "Usage: /open."
    assert entities == [{"type": "code", "offset": 7, "length": 5}]


def test_the_language_spoken_ends_with_its_block() -> None:
    with speaking(Language.SPANISH):
        assert spoken() is Language.SPANISH
    assert spoken() is Language.ENGLISH


def test_regional_codes_mean_their_language_and_unknown_ones_english() -> None:
    assert Language.of("es-MX") is Language.SPANISH
    assert Language.of("zh-hans") is Language.CHINESE
    assert Language.of("tlh") is Language.of(None) is Language.ENGLISH
