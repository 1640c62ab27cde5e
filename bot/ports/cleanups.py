"""What the inside asks of the database about the closing of empty token accounts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.cleanups import Cleanup, CleanupState
from bot.domain.notices import Notice
from bot.domain.requests import Request


class CleanupBook(Protocol):
    """Keeps cleanups, one open at a time for each person.

    All raise `Unavailable("database")` when the database does not answer.
    """

    async def plan(self, request: Request, cleanup: Cleanup, notices: Sequence[Notice]) -> int:
        """Keep a cleanup and end its update; gives its number.

        Raises `Refusal` (`already_done`, `frozen`, `live_wallet_paused`, `live_other_wallet`,
        `live_busy`); nothing has changed then.
        """

    async def open(self) -> Sequence[Cleanup]:
        """Give those that are not at their end, the oldest first."""

    async def commit(
        self, cleanup: Cleanup, signature: str, raw: bytes, last_height: int, at: datetime
    ) -> bool:
        """Keep signed bytes: before this nothing may leave; false where it is over."""

    async def end(
        self,
        cleanup: Cleanup,
        state: CleanupState,
        reason: str,
        at: datetime,
        notices: Sequence[Notice],
    ) -> bool:
        """End one that was never sent, or is proven to be in no block; tells whether it did.

        One that landed is ended by its movement.
        """
