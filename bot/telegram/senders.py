"""The senders of several bots as one: each notice is left to the bot that serves its chat."""

import asyncio
from collections.abc import Callable, Sequence

from bot.domain.notices import QueuedNotice
from bot.telegram.sender import Sender


class Senders:
    """Has each bot's sender send within its own limits; as a `Sender` to whoever asks."""

    def __init__(self, senders: Sequence[Sender], serving: Callable[[int], int]) -> None:
        self._senders = senders
        self._serving = serving

    def hand_over(self, queued: Sequence[QueuedNotice]) -> None:
        """Take what was just committed to the outbox; with nothing, hear only that it has more."""
        for bot, sender in enumerate(self._senders):
            own = [one for one in queued if self._serving(one.notice.chat_id) == bot]
            if own or not queued:
                sender.hand_over(own)

    def is_elsewhere(self, bot: int, notice_id: int) -> bool:
        """Tell whether another bot's sender has a notice, since its chat wrote to that one before.

        It sends it: to read it here, too, would send it twice.
        """
        return any(
            sender.has(notice_id) for other, sender in enumerate(self._senders) if other != bot
        )

    def is_done_with(self, is_lost: Callable[[int], bool]) -> bool:
        """Let go of what waits for chats that are lost; see `Sender.is_done_with`."""
        done = [sender.is_done_with(is_lost) for sender in self._senders]
        return all(done)

    async def run(self) -> None:
        """Drain the outbox by all of them until cancelled."""
        async with asyncio.TaskGroup() as group:
            for sender in self._senders:
                group.create_task(sender.run())
