"""A book of languages in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.languages import Language


@dataclass(slots=True, kw_only=True)
class FakeLanguageBook:
    """Stands for `LanguageBook`."""

    chosen: dict[int, Language] = field(default_factory=dict)

    async def others(self) -> Mapping[int, Language]:
        return {who: one for who, one in self.chosen.items() if one is not Language.ENGLISH}

    async def keep(self, user_id: int, language: Language) -> None:
        self.chosen[user_id] = language
