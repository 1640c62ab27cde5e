"""What need not be kept for ever: answered mail and old prices, but never books or audit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How much of each was dropped."""

    updates: int
    notices: int
    dialogs: int
    firings: int
    alerts: int
    changes: int
    price_days: int


class Retention(Protocol):
    """Drops what is too old to matter."""

    async def forget(
        self, *, mail_before: datetime, prices_before: datetime, now: datetime
    ) -> Forgotten:
        """Drop updates answered, notices settled and alerts ended before a moment.

        Questions go that had expired by `now`, and what processes told each other until an hour
        before.
        Prices go by whole UTC days. What is unanswered or unsent stays, however old. Raises
        `Unavailable`.
        """
