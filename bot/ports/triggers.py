"""What the trigger book asks of those whose levels it keeps."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from bot.domain.triggers import Crossing, Trigger
from bot.ports.trigger_columns import TriggerColumns

Armed = Sequence[Trigger] | TriggerColumns
"""Levels to be armed, one by one or as columns."""


class TriggerOwner(Protocol):
    """Whoever has levels in the trigger book: alerts, resting orders, shorts.

    PostgreSQL keeps the truth; the book in memory is an index that is loaded from it.
    """

    def armed(self) -> AsyncIterator[Armed]:
        """Give all that is armed, some thousands at a time; asked once, at the start."""

    async def fire(self, crossings: Sequence[Crossing]) -> None:
        """Act on levels that were reached; they have left the book.

        The owner claims each atomically in its own transaction, and arms again what goes on
        or what could not be done. Whatever it raises, the book goes on; levels that were
        neither claimed nor armed again come back when the book is loaded.
        """
