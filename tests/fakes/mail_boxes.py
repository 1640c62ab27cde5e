"""An inbox and an outbox in memory, which can be told to fail."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from itertools import islice

from bot.domain.errors import Unavailable
from bot.domain.notices import Notice, Priority, QueuedNotice
from bot.ports.mail import NOTHING, Backlog, InHand, StoredUpdate


class FakeInbox:
    """Implements the port `Inbox`; `outages` calls fail before anything else works."""

    def __init__(self, outbox: "FakeOutbox | None" = None) -> None:
        self.outbox = outbox or FakeOutbox()
        self.updates: dict[int, StoredUpdate] = {}
        self.failures: dict[int, str] = {}
        self.outages = 0
        self.commits_then_fails = False
        self.on_store: Callable[[], None] = lambda: None

    async def store(self, updates: Sequence[StoredUpdate]) -> list[StoredUpdate]:
        self._may_fail()
        fresh = [update for update in updates if update.update_id not in self.updates]
        self.updates.update((update.update_id, update) for update in fresh)
        self.on_store()
        if self.commits_then_fails:
            self.commits_then_fails = False
            raise Unavailable("database", "the answer to COMMIT was lost")
        return fresh

    async def open_in(
        self, shards: Collection[int], besides: Collection[int], limit: int
    ) -> list[StoredUpdate]:
        """Give nothing: one process alone reads no shards."""
        del shards, besides, limit
        return []

    async def unanswered(self) -> list[StoredUpdate]:
        self._may_fail()
        return [u for u in self.updates.values() if u.update_id not in self.failures]

    async def close(self, update_id: int, *, failure: str, notices: Sequence[Notice] = ()) -> None:
        self._may_fail()
        if update_id not in self.failures:
            self.failures[update_id] = failure
            await self.outbox.put(notices)

    def _may_fail(self) -> None:
        if self.outages > 0:
            self.outages -= 1
            raise Unavailable("database")


class FakeOutbox:
    """Implements the port `Outbox`."""

    def __init__(self) -> None:
        self.queued: dict[int, Notice] = {}
        self._by_priority: dict[Priority, list[int]] = defaultdict(list)
        self.delivered: dict[int, int | None] = {}
        self.given_up: dict[int, str] = {}
        self.closed: dict[int, str] = {}
        self.due_at: dict[int, datetime] = {}
        self.outages = 0

    async def put(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            self.queued[len(self.queued) + 1] = notice
            self._by_priority[notice.priority].append(len(self.queued))

    async def waiting(self, limit: int, besides: InHand = NOTHING) -> list[QueuedNotice]:
        self._may_fail()
        held, full = set(besides.notice_ids), set(besides.full_lines)
        left = (
            QueuedNotice(notice_id=i, notice=self.queued[i], due_at=self.due_at.get(i))
            for priority in sorted(self._by_priority)
            if besides.before is None or priority < besides.before
            for i in self._by_priority[priority]
            if i not in self.delivered and i not in self.given_up and i not in held
            if (self.queued[i].chat_id, priority) not in full
        )
        return list(islice(left, limit))

    async def sent(self, notice_id: int, *, message_id: int | None, at: datetime) -> None:
        assert at.tzinfo is not None
        self._may_fail()
        self.delivered[notice_id] = message_id

    async def failed(self, notice_id: int, *, reason: str, at: datetime) -> None:
        assert at.tzinfo is not None
        self._may_fail()
        self.given_up.setdefault(notice_id, reason)

    async def closed_chats(self, among: Collection[int] | None = None) -> frozenset[int]:
        return frozenset(one for one in self.closed if among is None or one in among)

    async def close_chat(self, chat_id: int, *, reason: str, at: datetime) -> None:
        assert at.tzinfo is not None
        self._may_fail()
        self.closed[chat_id] = reason
        for notice_id, notice in self.queued.items():
            if notice.chat_id == chat_id and notice_id not in self.delivered:
                self.given_up.setdefault(notice_id, reason)

    async def reopen_chat(self, chat_id: int) -> None:
        self._may_fail()
        self.closed.pop(chat_id, None)

    async def backlog(self) -> list[Backlog]:
        return []

    async def depths(self) -> tuple[int, int]:
        return 0, len(self.queued) - len(self.delivered) - len(self.given_up)

    @property
    def is_drained(self) -> bool:
        return len(self.queued) == len(self.delivered) + len(self.given_up)

    def _may_fail(self) -> None:
        if self.outages > 0:
            self.outages -= 1
            raise Unavailable("database")
