"""Which bot serves which chat, and whose each bot's number is, in PostgreSQL."""

from collections.abc import Mapping, Sequence

from bot.adapters.database.connection import Pool, connected
from bot.domain.bot_numbers import MAIN_BOT

_LOAD = "SELECT chat_id, bot FROM chat_bots WHERE bot <> $1"
_OF = "SELECT bot FROM chat_bots WHERE chat_id = $1"
_KEEP = """
    INSERT INTO chat_bots AS c (chat_id, bot)
    SELECT * FROM unnest($1::bigint[], $2::smallint[]) ORDER BY 1
    ON CONFLICT (chat_id) DO UPDATE SET bot = excluded.bot WHERE c.bot <> excluded.bot
"""
_CLAIM = """
    INSERT INTO bots (bot, telegram_id)
    SELECT place, telegram_id FROM unnest($1::bigint[]) WITH ORDINALITY AS b(telegram_id, place)
    ON CONFLICT (bot) DO NOTHING
"""
_CLAIMED = "SELECT telegram_id FROM bots WHERE bot <= $1 ORDER BY bot"


class PostgresChatBots:
    """Implements `bot.ports.chat_bots.ChatBotBook`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def load(self) -> Mapping[int, int]:
        """Give the chats that another bot than the main one serves."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_LOAD, MAIN_BOT)
        return {row["chat_id"]: row["bot"] for row in rows}

    async def of(self, chat_id: int) -> int:
        """Give the bot that serves a chat, the main one where none is kept."""
        async with connected(self._pool) as connection:
            bot = await connection.fetchval(_OF, chat_id)
        return MAIN_BOT if bot is None else int(bot)

    async def keep(self, moved: Mapping[int, int]) -> None:
        """Keep which bots serve some chats from now on; in order, so that none wait in a circle."""
        async with connected(self._pool) as connection:
            await connection.execute(_KEEP, list(moved), list(moved.values()))

    async def claim(self, bot_ids: Sequence[int]) -> Sequence[int]:
        """Keep the bots' ids in order; gives those that the numbers belong to."""
        async with connected(self._pool) as connection, connection.transaction():
            known = [row[0] for row in await connection.fetch(_CLAIMED, len(bot_ids))]
            if list(bot_ids[: len(known)]) == known:
                await connection.execute(_CLAIM, list(bot_ids))
        return known
