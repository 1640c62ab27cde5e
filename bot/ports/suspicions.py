"""What the inside asks of the database about tokens whose price is not believed."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.notices import Notice
from bot.domain.price_trust import Suspicion

Tell = Callable[[int], Sequence[Notice]]
"""Gives what a holder, named by user id, is told."""


class SuspicionBook(Protocol):
    """Suspicions with their times; one stands per token at most. All raise `Unavailable`."""

    async def standing(self) -> list[Suspicion]:
        """Give the suspicions that have not ended."""

    async def begin(self, suspicion: Suspicion, tell: Tell) -> bool:
        """Write a suspicion down and queue what holders are told, together.

        Gives False, and tells nobody, where one stands already.
        """

    async def end(self, token_id: int, at: datetime, tell: Tell) -> bool:
        """End a token's suspicion and queue what holders are told, together; as `begin`."""
