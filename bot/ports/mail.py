"""The inbox of updates and the outbox of notices: nothing is lost between Telegram and us."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.notices import Notice, Priority, QueuedNotice
from bot.domain.values import value


@value
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

    async def open_in(
        self, shards: Collection[int], besides: Collection[int], limit: int
    ) -> list[StoredUpdate]:
        """Give the open updates of lanes in these shards, in the order they came."""

    async def close(self, update_id: int, *, failure: str, notices: Sequence[Notice] = ()) -> None:
        """Mark an update as dealt with; `failure` is empty when all went well."""


@value
class InHand:
    """What a reading of the outbox leaves out, since whoever reads has it or has no room for it.

    `full_lines` are chats with a priority; `before` leaves out that priority and all that are
    less urgent.
    """

    notice_ids: Collection[int] = ()
    full_lines: Collection[tuple[int, Priority]] = ()
    before: Priority | None = None


NOTHING = InHand()


@value
class Backlog:
    """How many notices of a priority wait, and since when the oldest is due."""

    priority: Priority
    waiting: int
    oldest_due_at: datetime


class Outbox(Protocol):
    """Notices that wait to be sent, in order per chat."""

    async def put(self, notices: Sequence[Notice]) -> None:
        """Queue notices that no update or fill stands behind."""

    async def waiting(self, limit: int, besides: InHand = NOTHING) -> list[QueuedNotice]:
        """Give unsent notices that are due, by priority and age."""

    async def sent(self, notice_id: int, *, message_id: int | None, at: datetime) -> None:
        """Mark a notice as delivered."""

    async def failed(self, notice_id: int, *, reason: str, at: datetime) -> None:
        """Mark a notice as given up, and why."""

    async def closed_chats(self, among: Collection[int] | None = None) -> frozenset[int]:
        """Give the chats, of some or of all, that take nothing from us.

        They are people who blocked the bot, and groups that it left.
        """

    async def close_chat(self, chat_id: int, *, reason: str, at: datetime) -> None:
        """Keep that a chat takes nothing from us, and give up all that waits for it."""

    async def reopen_chat(self, chat_id: int) -> None:
        """Forget that a chat took nothing: it wrote to us."""

    async def depths(self) -> tuple[int, int]:
        """Give how many updates and notices wait."""

    async def backlog(self) -> list[Backlog]:
        """Give what waits to be sent and is due, the most urgent first."""
