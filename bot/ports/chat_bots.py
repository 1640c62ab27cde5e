"""What the inside asks of the database about the bots of one installation."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class ChatBotBook(Protocol):
    """Which bot serves which chat. Every method is one transaction; all raise `Unavailable`."""

    async def load(self) -> Mapping[int, int]:
        """Give the chats that another bot than the main one serves, with its number."""

    async def of(self, chat_id: int) -> int:
        """Give the bot that serves a chat, the main one where none is kept."""

    async def keep(self, moved: Mapping[int, int]) -> None:
        """Keep which bots serve some chats from now on."""

    async def claim(self, bot_ids: Sequence[int]) -> Sequence[int]:
        """Keep the ids of the bots beside the main one, in order; gives those known before.

        A number belongs to one bot for ever, since kept updates and messages carry it. The ids
        given are those of the numbers from 1 on, and nothing is kept where one differs.
        """
