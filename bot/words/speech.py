"""What people read, said in the language of whoever is spoken to.

A text is written in English where it is used, as a template: `say("{free} free", free=figure)`.
That template is its key in the catalogues of the other languages, so a text that nobody has
translated yet is English, never a hole.
"""

from contextvars import ContextVar, Token

from bot.domain.languages import Language
from bot.words.catalogues import catalogue

# A name of its own: reading a member off its class costs as much as saying a short text.
_ENGLISH = Language.ENGLISH
_SPOKEN: ContextVar[Language] = ContextVar("spoken", default=_ENGLISH)


class speaking:  # noqa: N801 (read as a word behind `with`)
    """Say everything inside in this language.

    A class, since a generator's way in and out costs every update three times as much.
    """

    __slots__ = ("_before", "_language")

    def __init__(self, language: Language) -> None:
        self._language = language

    def __enter__(self) -> None:
        """Begin to say things in it."""
        self._before: Token[Language] = _SPOKEN.set(self._language)

    def __exit__(self, *_error: object) -> None:
        """Go back to what was spoken before."""
        _SPOKEN.reset(self._before)


def speak(language: Language) -> None:
    """Say everything from here on in this language, to the end of the `speaking` around it."""
    _SPOKEN.set(language)


def spoken() -> Language:
    """Give the language in which things are said here."""
    return _SPOKEN.get()


def say(template: str, /, **fields: object) -> str:
    """Give a text; `{name}` in it stands for the field of that name."""
    language = _SPOKEN.get()
    words = template if language is _ENGLISH else _in(language, template)
    return words.format_map(fields) if fields else words


def say_count(one: str, many: str, count: int, /, **fields: object) -> str:
    """Give the text that fits a number of things; `{count}` stands for the number."""
    language = _SPOKEN.get()
    if language is _ENGLISH:
        words = one if count == 1 else many
    else:
        words = catalogue(language).count(one, many, count)
    return words.format(count=count, **fields)


def later(template: str, /) -> str:
    """Mark a text that is said later, by `say` or `translated`; it comes back as it is."""
    return template


def translated(template: str) -> str:
    """Give a template in the language spoken here, its fields still open."""
    language = _SPOKEN.get()
    return template if language is _ENGLISH else _in(language, template)


def _in(language: Language, template: str) -> str:
    return catalogue(language).texts.get(template, template)
