"""A book of languages in memory."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bot.domain.languages import Language


@dataclass(slots=True, kw_only=True)
class FakeLanguageBook:
    """Stands for `LanguageBook`."""

    chosen: dict[int, Language] = field(default_factory=dict)

    async def others(self, among: Collection[int] | None = None) -> Mapping[int, Language]:
        others = {who: one for who, one in self.chosen.items() if one is not Language.ENGLISH}
        return {who: one for who, one in others.items() if among is None or who in among}

    async def keep(self, user_id: int, language: Language) -> None:
        self.chosen[user_id] = language
