"""Knows which of several bots serves a chat: the one that the chat wrote to last."""

from collections.abc import Mapping, Sequence

from bot.domain.bot_numbers import MAIN_BOT, bot_of
from bot.ports.chat_bots import ChatBotBook
from bot.ports.mail import StoredUpdate

_OF_MONEY = ("successful_payment", "refunded_payment")


class ChatBots:
    """Follows the chats from bot to bot, kept in PostgreSQL before an update is.

    Where other processes hear updates too (`is_alone` is false), each word is kept, since what is
    remembered here may be old.
    """

    def __init__(self, book: ChatBotBook, *, is_alone: bool = True) -> None:
        self._book = book
        self._is_alone = is_alone
        self._bots: dict[int, int] = {}

    async def load(self) -> None:
        """Learn what was known before the start; raises `Unavailable`."""
        self._bots = dict(await self._book.load())

    def of(self, chat_id: int) -> int:
        """Give the bot that serves a chat, the main one where none is known."""
        return self._bots.get(chat_id, MAIN_BOT)

    def note(self, update: StoredUpdate) -> None:
        """Remember whom a chat wrote to, which whoever took the update in has kept."""
        chat_id = _wrote_in(update.raw)
        if chat_id is not None:
            self._bots[chat_id] = bot_of(update.update_id)

    async def is_served_by(self, chat_id: int, update: StoredUpdate) -> bool:
        """Tell whether the bot of an update is the one that serves a chat; raises `Unavailable`."""
        bot = self.of(chat_id) if self._is_alone else await self._book.of(chat_id)
        return bot == bot_of(update.update_id)

    def for_payload(self, payload: Mapping[str, object]) -> int:
        """Give the bot that a call about a chat goes by."""
        chat_id = payload.get("chat_id")
        return self.of(chat_id) if isinstance(chat_id, int) else MAIN_BOT

    async def heard(self, updates: Sequence[StoredUpdate]) -> None:
        """Have chats served by the bots that they wrote to; raises `Unavailable`."""
        wrote = {chat_id: bot_of(one.update_id) for one in updates
                 if (chat_id := _wrote_in(one.raw)) is not None}  # fmt: skip
        moved = {
            chat_id: bot
            for chat_id, bot in wrote.items()
            if not self._is_alone or self.of(chat_id) != bot
        }
        if moved:
            await self._book.keep(moved)
            self._bots |= moved


def _wrote_in(raw: Mapping[str, object]) -> int | None:
    """Give the chat in which somebody wrote or pressed; a payment goes to whose link it was."""
    press, event = raw.get("callback_query"), raw.get("message")
    if isinstance(press, dict):
        event = press.get("message")
    if not isinstance(event, dict) or any(name in event for name in _OF_MONEY):
        return None
    chat = event.get("chat")
    chat_id = chat.get("id") if isinstance(chat, dict) else None
    return chat_id if isinstance(chat_id, int) else None
