"""Who takes nothing from us: people who blocked the bot, groups that it had to leave."""

from collections.abc import Collection, Iterable

import structlog

from bot.domain.errors import Unavailable
from bot.ports.clock import Clock
from bot.ports.mail import Outbox

_WORD_COUNTS_SECONDS = 5.0
_MOST_NOTED = 10_000
_log = structlog.get_logger(__name__)


class Reachability:
    """Knows the closed chats, kept in the outbox's database.

    One is opened again by any word from it, and by Telegram's word that the bot is back.

    A closed chat is sent nothing, so that a broadcast spends no slot on it.
    """

    def __init__(self, *, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock
        self._closed: set[int] = set()
        self._heard: dict[int, float] = {}

    async def load(self) -> None:
        """Learn what was known before the start; raises `Unavailable`."""
        self._closed |= await self._outbox.closed_chats()

    async def hear(self, chat_ids: Collection[int]) -> None:
        """Learn which of some chats are closed now: another process changed it.

        Raises `Unavailable`.
        """
        closed = await self._outbox.closed_chats(chat_ids)
        self._closed = self._closed.difference(chat_ids).union(closed)

    def is_closed(self, chat_id: int) -> bool:
        """Tell whether a chat takes nothing."""
        return chat_id in self._closed

    @property
    def count(self) -> int:
        """Give how many chats are closed."""
        return len(self._closed)

    async def close(self, chat_id: int, reason: str) -> None:
        """Keep that a chat takes nothing; raises `Unavailable`, and then it is not kept.

        A word from it while the refused message was on its way says more than the refusal.
        """
        waited = self._clock.monotonic() - self._heard.get(chat_id, -_WORD_COUNTS_SECONDS)
        if waited >= _WORD_COUNTS_SECONDS:
            await self.left(chat_id, reason)

    async def left(self, chat_id: int, reason: str) -> None:
        """Keep that the bot was removed from a chat or blocked, as Telegram itself tells.

        What waited for the chat is given up. Raises `Unavailable`, and then it is not kept.
        """
        if chat_id not in self._closed:
            await self._outbox.close_chat(chat_id, reason=reason, at=self._clock.now())
            self._closed.add(chat_id)
            _log.info("chat_closed", chat_id=chat_id, reason=reason)

    async def back(self, chat_id: int) -> None:
        """Open a chat that took the bot back; raises `Unavailable`, and then it stays closed."""
        self._note(frozenset({chat_id}))
        if chat_id in self._closed:
            await self._outbox.reopen_chat(chat_id)
            self._closed.discard(chat_id)
            _log.info("chat_opened", chat_id=chat_id)

    async def heard_from(self, chat_ids: Iterable[int]) -> None:
        """Open the chats again that wrote to us.

        Without a database the row stays, and closes the chat after the next start until it writes
        once more.
        """
        wrote = frozenset(chat_ids)
        self._note(wrote)
        for chat_id in self._closed & wrote:
            self._closed.discard(chat_id)
            try:
                await self._outbox.reopen_chat(chat_id)
            except Unavailable as failure:
                _log.warning("chat_not_reopened", chat_id=chat_id, what=failure.what)

    def _note(self, chat_ids: Iterable[int]) -> None:
        now = self._clock.monotonic()
        if len(self._heard) > _MOST_NOTED:
            recent = now - _WORD_COUNTS_SECONDS
            self._heard = {chat: at for chat, at in self._heard.items() if at > recent}
        self._heard.update(dict.fromkeys(chat_ids, now))
