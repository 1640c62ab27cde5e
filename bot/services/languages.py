"""Who reads which language: what they chose, else what Telegram says of them, else English."""

from collections.abc import Collection

from bot.domain.languages import Language
from bot.domain.users import Permission, User
from bot.ports.languages import LanguageBook
from bot.services.access import Access


class Languages:
    """Knows everybody who does not read English, so that news to them asks nothing."""

    def __init__(self, *, book: LanguageBook, access: Access) -> None:
        self._book = book
        self._access = access
        self._others: dict[int, Language] = {}

    async def load(self) -> None:
        """Learn who reads what. Needs no permission: it runs once, before anybody is heard."""
        self._others = dict(await self._book.others())

    async def hear(self, user_ids: Collection[int]) -> None:
        """Learn what some people read now. Needs no permission: another process changed it."""
        others = await self._book.others(user_ids)
        for user_id in user_ids:
            self._note(user_id, others.get(user_id, Language.ENGLISH))

    def of(self, user_id: int) -> Language:
        """Give the language in which a person is spoken to, also one never met."""
        return self._others.get(user_id, Language.ENGLISH)

    def heard(self, user: User) -> Language:
        """Give the language of somebody who was just identified, and remember it."""
        language = Language.of(user.language)
        if language is not self.of(user.user_id):
            self._note(user.user_id, language)
        return language

    async def choose(self, user: User, language: Language) -> None:
        """Speak to a person in this language from now on, whatever Telegram says of them."""
        user.require(Permission.READ_HELP)
        await self._book.keep(user.user_id, language)
        self._note(user.user_id, language)
        self._access.forget(user.user_id)

    def _note(self, user_id: int, language: Language) -> None:
        if language is Language.ENGLISH:
            self._others.pop(user_id, None)
        else:
            self._others[user_id] = language
