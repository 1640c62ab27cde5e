"""The inbox and the outbox in PostgreSQL."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

import asyncpg
import orjson
import structlog

from bot.adapters.database.batches import Batches
from bot.adapters.database.connection import Pool, by_index, connected, pinned
from bot.adapters.database.endings import Endings
from bot.domain.notices import Notice, Priority, QueuedNotice
from bot.domain.values import value
from bot.ports.mail import NOTHING, Backlog, InHand, StoredUpdate

OnOutbox = Callable[[Sequence[QueuedNotice]], None]
_Mark = tuple[int, int | None, datetime]
_Failure = tuple[int, str, datetime]
_WHOLE_NUMBERS = range(-(2**63), 2**63)
_log = structlog.get_logger(__name__)

_STORE = """
    INSERT INTO inbox (update_id, lane, raw, received_at)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::timestamptz[])
    ON CONFLICT (update_id) DO NOTHING
    RETURNING update_id
"""
_UNANSWERED = """
    SELECT update_id, lane, raw, received_at FROM inbox
    WHERE closed_at IS NULL ORDER BY arrival
"""
_OPEN_IN = "SELECT update_id, lane, raw, received_at FROM open_updates($1, $2, $3)"
_WAITING = "SELECT * FROM waiting_notices($1, $2, $3, $4, $5, $6, $7, $8)"
_AFTER_ALL = 2**15 - 1
_SENT = "SELECT mark_sent($1, $2, $3)"
# Found by number: the index of what waits is out of the question here, however short it was when
# this was planned, for a broadcast makes it long.
_FAILED = """
    UPDATE outbox o
    SET state = 'given_up', failure = f.failure, failed_at = f.failed_at, attempts = attempts + 1
    FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) f(notice_id, failure, failed_at)
    WHERE o.notice_id = f.notice_id AND o.notice_id = ANY ($1::bigint[])
      AND o.state || '' = 'waiting'
"""
_CLOSE_CHAT = """
    WITH closed AS (
      INSERT INTO closed_chats (chat_id, reason, closed_at) VALUES ($1, $2, $3)
      ON CONFLICT (chat_id) DO UPDATE SET reason = excluded.reason, closed_at = excluded.closed_at
    )
    UPDATE outbox SET state = 'given_up', failure = $2, failed_at = $3
    WHERE chat_id = $1 AND state = 'waiting'
"""
_CLOSED = "SELECT chat_id FROM closed_chats WHERE $1::bigint[] IS NULL OR chat_id = ANY ($1)"
_BACKLOG = """
    SELECT priority, count(*) AS waiting, min(due_at) AS oldest_due_at FROM outbox
    WHERE state = 'waiting' AND due_at <= now() GROUP BY priority ORDER BY priority
"""
_DEPTHS = """
    SELECT (SELECT count(*) FROM inbox WHERE closed_at IS NULL),
           (SELECT count(*) FROM outbox WHERE state = 'waiting')
"""


def _tell_nobody(_queued: Sequence[QueuedNotice]) -> None:
    return None


def _spelt(update: StoredUpdate) -> str | None:
    if update.update_id in _WHOLE_NUMBERS and update.lane in _WHOLE_NUMBERS:
        try:
            return orjson.dumps(update.raw).decode()
        except TypeError:
            pass
    _log.error("update_not_storable", update_id_bits=update.update_id.bit_length())
    return None


class PostgresInbox:
    """Updates committed before they are acknowledged, closed once they are answered.

    `on_outbox` is called with the notices that a commit queued.
    """

    def __init__(
        self, pool: Pool, on_outbox: Callable[[Sequence[QueuedNotice]], None] = _tell_nobody
    ) -> None:
        self._pool = pool
        self._on_outbox = on_outbox
        self._endings = Endings(pool)

    async def store(self, updates: Sequence[StoredUpdate]) -> list[StoredUpdate]:
        """Commit the updates; gives those that were not known before, in order.

        One that no database can hold is left out with a word in the log: Telegram sends none,
        and a forged one must not stop the others for ever.
        """
        storable = [(update, raw) for update in updates if (raw := _spelt(update)) is not None]
        async with pinned(self._pool) as connection:
            rows = await connection.fetch(
                _STORE,
                [update.update_id for update, _ in storable],
                [update.lane for update, _ in storable],
                [raw for _, raw in storable],
                [update.received_at for update, _ in storable],
            )
        fresh = {row["update_id"] for row in rows}
        return [update for update in updates if update.update_id in fresh]

    async def unanswered(self) -> list[StoredUpdate]:
        """Give what a crash left behind, in the order it came."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_UNANSWERED)
        return list(map(_stored, rows))

    async def open_in(
        self, shards: Collection[int], besides: Collection[int], limit: int
    ) -> list[StoredUpdate]:
        """Give the open updates of lanes in these shards, in the order they came."""
        async with pinned(self._pool) as connection:
            rows = await connection.fetch(_OPEN_IN, list(shards), list(besides), limit)
        return list(map(_stored, rows))

    async def close(self, update_id: int, *, failure: str, notices: Sequence[Notice] = ()) -> None:
        """Mark an update as dealt with, its notices queued in the same transaction."""
        queued = await self._endings.end(update_id, failure, notices)
        if notices:
            self._on_outbox(queued)


def _stored(row: asyncpg.Record) -> StoredUpdate:
    return StoredUpdate(
        update_id=row["update_id"],
        lane=row["lane"],
        raw=orjson.loads(row["raw"]),
        received_at=row["received_at"],
    )


def _queued(row: asyncpg.Record) -> QueuedNotice:
    return QueuedNotice(
        notice_id=row["notice_id"],
        notice=Notice(
            chat_id=row["chat_id"],
            method=row["method"],
            payload=row["payload"],
            priority=Priority(row["priority"]),
        ),
        due_at=row["due_at"],
        waited=row["waited"],
        update_id=row["update_id"],
        since_received=row["since_received"],
    )


@value
class BotShare:
    """What one of several bots sends: to the chats that it serves, if no other has it in hand."""

    bot: int
    bots: int
    is_elsewhere: Callable[[int], bool]


class PostgresOutbox:
    """Notices that wait to be sent: all of them, or those to chats of some shards or of a bot."""

    def __init__(
        self,
        pool: Pool,
        shards: Callable[[], Collection[int]] | None = None,
        share: BotShare | None = None,
    ) -> None:
        self._pool = pool
        self._shards = shards
        self._share = share
        self._endings = Endings(pool)
        self._marks = Batches(self._mark)
        self._failures = Batches(self._fail)

    async def put(self, notices: Sequence[Notice]) -> None:
        """Queue notices that no update or fill stands behind."""
        await self._endings.end(None, "", notices)

    async def waiting(self, limit: int, besides: InHand = NOTHING) -> list[QueuedNotice]:
        """Give unsent notices that are due, by priority and age."""
        chats = [chat_id for chat_id, _ in besides.full_lines]
        priorities = [int(priority) for _, priority in besides.full_lines]
        before = _AFTER_ALL if besides.before is None else int(besides.before)
        shards = None if self._shards is None else list(self._shards())
        whose = (None, None) if self._share is None else (self._share.bot, self._share.bots)
        async with connected(self._pool) as connection:
            rows = await connection.fetch(
                _WAITING, limit, before, besides.notice_ids, chats, priorities, shards, *whose
            )
        return [
            _queued(row)
            for row in rows
            if self._share is None or not self._share.is_elsewhere(row["notice_id"])
        ]

    async def sent(self, notice_id: int, *, message_id: int | None, at: datetime) -> None:
        """Mark a notice as delivered."""
        await self._marks.ask((notice_id, message_id, at))

    async def _mark(self, marks: Sequence[_Mark]) -> Sequence[_Mark]:
        async with pinned(self._pool) as connection:
            await connection.execute(_SENT, *zip(*marks, strict=True))
        return marks

    async def failed(self, notice_id: int, *, reason: str, at: datetime) -> None:
        """Mark a notice as given up, and why."""
        await self._failures.ask((notice_id, reason, at))

    async def _fail(self, failures: Sequence[_Failure]) -> Sequence[_Failure]:
        async with by_index(self._pool) as connection:
            await connection.execute(_FAILED, *zip(*failures, strict=True))
        return failures

    async def closed_chats(self, among: Collection[int] | None = None) -> frozenset[int]:
        """Give the chats, of some or of all, that take nothing from us."""
        asked = None if among is None else list(among)
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_CLOSED, asked)
        return frozenset(row["chat_id"] for row in rows)

    async def close_chat(self, chat_id: int, *, reason: str, at: datetime) -> None:
        """Keep that a chat takes nothing from us, and give up all that waits for it."""
        async with by_index(self._pool) as connection:
            await connection.execute(_CLOSE_CHAT, chat_id, reason, at)

    async def reopen_chat(self, chat_id: int) -> None:
        """Forget that a chat took nothing: it wrote to us."""
        async with connected(self._pool) as connection:
            await connection.execute("DELETE FROM closed_chats WHERE chat_id = $1", chat_id)

    async def depths(self) -> tuple[int, int]:
        """Give how many updates and notices wait."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_DEPTHS)
        assert row is not None, "a query of counts always answers"  # noqa: S101
        return row[0], row[1]

    async def backlog(self) -> list[Backlog]:
        """Give what waits to be sent and is due, the most urgent first."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_BACKLOG)
        return [
            Backlog(
                priority=Priority(row["priority"]),
                waiting=row["waiting"],
                oldest_due_at=row["oldest_due_at"],
            )
            for row in rows
        ]
