"""The texts of the languages other than English, read from their `.po` files on first use."""

import gettext
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.domain.languages import Language

LOCALES = Path(__file__).with_name("locales")


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """One language: its texts by the English ones, and those that hang on a number.

    `form` gives the place of the form that fits a number, as `Plural-Forms` of the file says.
    """

    texts: Mapping[str, str]
    counted: Mapping[str, tuple[str, ...]]
    form: Callable[[int], int]

    def count(self, one: str, many: str, count: int) -> str:
        """Give the form that fits a number; the English one where there is no translation."""
        forms = self.counted.get(one)
        if forms is None:
            return one if count == 1 else many
        return forms[self.form(count)]


def po_file(language: Language) -> Path:
    """Give the file of a language's texts."""
    return LOCALES / f"{language.value}.po"


@cache
def catalogue(language: Language) -> Catalogue:
    """Read a language's texts; takes a tenth of a second, once."""
    from babel.messages.pofile import read_po  # noqa: PLC0415 (who reads English pays nothing)

    with po_file(language).open("rb") as file:
        found = read_po(file, locale=language.value)
    texts, counted = {}, {}
    for message in found:
        match message.id, message.string:
            case str(template), str(said) if template and said:
                texts[template] = said
            case (str(one), _), tuple(forms) if all(forms):
                counted[one] = forms
    return Catalogue(texts=texts, counted=counted, form=gettext.c2py(found.plural_expr))
