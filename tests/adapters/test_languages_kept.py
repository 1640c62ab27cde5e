"""What is kept of the languages people read."""

from bot.adapters.database.connection import Pool
from bot.adapters.database.languages import PostgresLanguages
from bot.domain.languages import Language
from bot.domain.users import PersonSeen
from bot.services.access import Access
from bot.services.languages import Languages
from tests.builders.books import books_on
from tests.fakes.hand_clock import HandClock


async def test_a_choice_stands_above_what_telegram_tells(database: Pool) -> None:
    books = books_on(database)
    access = Access(books=books, clock=HandClock(), roles={})
    languages = Languages(book=PostgresLanguages(database), access=access)
    told = {1001: "ru", 1002: "en-GB", 1003: None, 1004: "tlh", 1005: "es-MX"}
    for number, code in told.items():
        person = PersonSeen(user_id=number, first_name="Pat", language=code)
        languages.heard(await access.identify(person))
    assert languages.of(1001) is Language.RUSSIAN
    assert languages.of(1002) is languages.of(1003) is languages.of(1004) is Language.ENGLISH

    ann = PersonSeen(user_id=1001, first_name="Pat", language="ru")
    await languages.choose(await access.identify(ann), Language.CHINESE)
    assert languages.heard(await access.identify(ann)) is Language.CHINESE
    bob = PersonSeen(user_id=1005, first_name="Pat", language="es-MX")
    await languages.choose(await access.identify(bob), Language.ENGLISH)
    assert languages.heard(await access.identify(bob)) is Language.ENGLISH

    anew = Languages(book=PostgresLanguages(database), access=access)
    await anew.load()
    assert {number: anew.of(number) for number in told} == dict.fromkeys(told, Language.ENGLISH) | {
        1001: Language.CHINESE
    }
