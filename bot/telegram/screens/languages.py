"""The choice of a language, each by its own name."""

from collections.abc import Mapping

from bot.domain.languages import Language
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Rows, Screen, in_rows, key, lines
from bot.words.speech import say

OWN_NAMES: Mapping[Language, str] = {
    Language.ENGLISH: "English",
    Language.SPANISH: "Español",
    Language.RUSSIAN: "Русский",
    Language.CHINESE: "中文",
}


def choice(keys: Keys) -> Screen:
    """Ask which language to speak."""
    return Screen(
        text=lines(
            say("I speak English with you."),
            say("Which language shall I speak?"),
        ),
        rows=_names(keys),
    )


def chosen(keys: Keys) -> Screen:
    """Say, in the language just chosen, that it is spoken from now on."""
    return Screen(
        text=lines(
            say("I speak English with you."),
            say("Commands stay as they are, like /open and /help."),
        ),
        rows=(*_names(keys), (key(keys, say("Commands"), "help"),)),
    )


def _names(keys: Keys) -> Rows:
    buttons = (key(keys, name, "lang", 0, one.value) for one, name in OWN_NAMES.items())
    return in_rows(buttons, 2)
