"""The languages people read: what they chose, else what Telegram says of them."""

from collections.abc import Collection, Mapping

from bot.adapters.database.connection import Pool, connected
from bot.domain.languages import Language

_OTHERS = """
    SELECT user_id, coalesce(chosen_language, language) AS spoken FROM users
    WHERE coalesce(chosen_language, language) !~* '^en'
      AND ($1::bigint[] IS NULL OR user_id = ANY ($1))
"""
_KEEP = "UPDATE users SET chosen_language = $2 WHERE user_id = $1"


class PostgresLanguages:
    """Implements `LanguageBook`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def others(self, among: Collection[int] | None = None) -> Mapping[int, Language]:
        """Give who reads a language that we speak other than English, of some users or of all."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_OTHERS, None if among is None else list(among))
        found = ((row["user_id"], Language.of(row["spoken"])) for row in rows)
        return {user_id: one for user_id, one in found if one is not Language.ENGLISH}

    async def keep(self, user_id: int, language: Language) -> None:
        """Remember the language that a person chose."""
        async with connected(self._pool) as connection:
            await connection.execute(_KEEP, user_id, language.value)
