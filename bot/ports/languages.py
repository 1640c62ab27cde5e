"""What the inside asks of the database for the languages people read."""

from collections.abc import Collection, Mapping
from typing import Protocol

from bot.domain.languages import Language


class LanguageBook(Protocol):
    """Who reads what. Both methods are one transaction and raise `Unavailable`."""

    async def others(self, among: Collection[int] | None = None) -> Mapping[int, Language]:
        """Give who reads a language that we speak other than English, of some users or of all."""

    async def keep(self, user_id: int, language: Language) -> None:
        """Remember the language that a person chose."""
