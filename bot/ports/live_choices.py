"""What the inside asks of the database for how people want to trade live."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.live_choices import LiveChoice
from bot.domain.notices import Notice
from bot.domain.requests import Request


class LiveChoiceShelf(Protocol):
    """Keeps a choice for each person; raises `Unavailable` when the database does not answer."""

    async def choice(self, user_id: int) -> LiveChoice:
        """Give a person's choice, the usual one before any."""

    async def keep(self, request: Request, choice: LiveChoice, notices: Sequence[Notice]) -> bool:
        """Keep a choice, audited, with the answer and the update's end; false if it had ended."""
