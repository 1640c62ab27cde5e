"""The inbox of updates and the outbox of notices: nothing is lost between Telegram and us."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.notices import Notice, QueuedNotice


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredUpdate:
    """One update of Telegram, exactly as it came, committed before it is acknowledged.

    `lane` is whose turn it is in: updates of one lane are handled in order, one at a time.
    """

    update_id: int
    lane: int
    raw: Mapping[str, object]
    received_at: datetime


class Inbox(Protocol):
    """Updates that came and have not been answered. De-duplicated by set, not by highest id."""

    async def store(self, updates: Sequence[StoredUpdate]) -> list[StoredUpdate]:
        """Commit the updates; gives those that were not known before, in order."""

    async def unanswered(self) -> list[StoredUpdate]:
        """Give what a crash left behind, in the order it came."""

    async def close(self, update_id: int, *, failure: str, notices: Sequence[Notice] = ()) -> None:
        """Mark an update as dealt with; `failure` is empty when all went well."""


class Outbox(Protocol):
    """Notices that wait to be sent, in order per chat."""

    async def put(self, notices: Sequence[Notice]) -> None:
        """Queue notices that no update or fill stands behind."""

    async def waiting(self, limit: int) -> list[QueuedNotice]:
        """Give unsent notices that are due, by priority and age."""

    async def sent(self, notice_id: int, *, message_id: int | None, at: datetime) -> None:
        """Mark a notice as delivered."""

    async def failed(self, notice_id: int, *, reason: str, retry_at: datetime | None) -> None:
        """Mark a notice as to be tried again at a time, or as given up."""

    async def depths(self) -> tuple[int, int]:
        """Give how many updates and notices wait."""
