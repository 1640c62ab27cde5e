"""What the inside asks of the database about tokens that moved to another pool."""

from collections.abc import Callable, Sequence
from typing import Protocol

from bot.domain.graduations import Graduation
from bot.domain.notices import Notice

Tell = Callable[[int], Sequence[Notice]]
"""Gives what a holder, named by user id, is told."""


class GraduationBook(Protocol):
    """The moves that were noticed, each once. Raises `Unavailable`."""

    async def note(self, graduation: Graduation, tell: Tell) -> bool:
        """Write a move down and queue what holders are told, together.

        Gives False, and tells nobody, where the token's move to this pool is known already.
        """
