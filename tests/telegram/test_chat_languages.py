"""Everybody is spoken to in their own language: what they chose, else what Telegram tells."""

from bot.domain.languages import Language
from tests.builders.chat_updates import ANN, BOB, a_person
from tests.telegram.conftest import ChatDoor, text_of


async def test_the_languages_are_offered_by_their_own_names(door: ChatDoor) -> None:
    answer = await door.ask("/language")
    rows = answer.payload["reply_markup"]["inline_keyboard"]
    names = [button["text"] for row in rows for button in row]
    assert names == ["English", "Español", "Русский", "中文"]


async def test_a_choice_is_answered_in_the_new_language_and_kept(door: ChatDoor) -> None:
    _toast, edit, _menu = await door.press(door.button("lang", 0, "es"))
    assert "Hablo español contigo" in edit.payload["text"]
    assert door.services.languages.of(ANN) is Language.SPANISH
    assert door.services.languages.of(BOB) is Language.ENGLISH


async def test_a_language_may_be_typed_and_others_are_refused(door: ChatDoor) -> None:
    told, _menu = await door.say("/language ru")
    assert "Я говорю" in text_of(told)
    assert door.services.languages.of(ANN) is Language.RUSSIAN
    assert "/language es" in text_of(await door.ask("/language tlh"))


async def test_telegram_tells_the_language_of_who_never_chose(door: ChatDoor) -> None:
    sender = a_person(language_code="zh-hans")
    assert "没有" in text_of(await door.ask("/nosuch", **{"from": sender}))
