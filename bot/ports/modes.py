"""What the inside asks of the database for the modes that people trade in."""

from collections.abc import Collection, Sequence
from typing import Protocol

from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Mode


class ModeBook(Protocol):
    """Who trades with real money. Every method is one transaction and raises `Unavailable`."""

    async def live(self, among: Collection[int] | None = None) -> Sequence[int]:
        """Give who chose live, of some users or of all."""

    async def chosen(self, user_id: int) -> Mode:
        """Give what a person chose last, paper before any choice."""

    async def has_live_books(self, user_id: int) -> bool:
        """Tell whether a person has a live wallet, with its books begun."""

    async def keep(self, request: Request, mode: Mode, notices: Sequence[Notice]) -> bool:
        """Keep the mode that a person chose, audited, with the answer and the update's end.

        False where that update had ended before: then nothing has changed.
        """
