"""Login links and sessions of the web door in PostgreSQL."""

from collections.abc import Callable, Sequence
from datetime import datetime

import asyncpg

from bot.adapters.database.connection import Connection, Pool, connected
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import user_from
from bot.adapters.database.telling import audit, tell
from bot.domain.notices import Notice
from bot.domain.users import Status, User
from bot.domain.web_sessions import IDLE_LIFE, MOST_SESSIONS, Visitor, WebSession

_VOID_LINKS = "DELETE FROM login_links WHERE user_id = $1 AND used_at IS NULL"
_PUT_LINK = "INSERT INTO login_links (user_id, token_hash, expires_at) VALUES ($1, $2, $3)"
_USE_LINK = """
    UPDATE login_links SET used_at = $2
    WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING user_id
"""
_BEGIN = """
    INSERT INTO web_sessions (user_id, token_hash, device, began_at, seen_at, ends_at)
    VALUES ($1, $2, $3, $4, $4, $5) RETURNING session_id
"""
# Beyond the most, the one that was looked at longest ago ends.
_CROWDED = """
    UPDATE web_sessions SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL
      AND session_id NOT IN (
        SELECT session_id FROM web_sessions
        WHERE user_id = $1 AND ended_at IS NULL AND ends_at > $2 AND seen_at > $3
        ORDER BY seen_at DESC, session_id DESC LIMIT $4)
"""
_VISIT = """
    UPDATE web_sessions s SET seen_at = greatest(s.seen_at, $2) FROM users u
    WHERE s.token_hash = $1 AND s.ended_at IS NULL AND s.ends_at > $2 AND s.seen_at > $3
      AND u.user_id = s.user_id
    RETURNING s.session_id, s.device, s.began_at, s.seen_at, s.ends_at, s.proved_at,
              to_jsonb(u) AS person
"""
_RENEW = """
    UPDATE web_sessions SET token_hash = $3, proved_at = $4
    WHERE user_id = $1 AND session_id = $2 AND ended_at IS NULL
"""
_OF = """
    SELECT session_id, device, began_at, seen_at, ends_at, proved_at FROM web_sessions
    WHERE user_id = $1 AND ended_at IS NULL AND ends_at > $2 AND seen_at > $3
    ORDER BY session_id DESC
"""
_END = """
    UPDATE web_sessions SET ended_at = $2
    WHERE user_id = $1 AND session_id = $4 AND ended_at IS NULL AND ends_at > $2 AND seen_at > $3
"""
_END_ALL = """
    UPDATE web_sessions SET ended_at = $2
    WHERE user_id = $1 AND ended_at IS NULL AND session_id <> $3
"""
_FORGET = (
    "DELETE FROM login_links WHERE expires_at < $1",
    "DELETE FROM web_sessions WHERE ends_at < $1",
)


class PostgresSessions:
    """Implements `bot.ports.web_sessions.SessionBook`, but for what an account page shows."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def put_link(self, user_id: int, token_hash: bytes, expires_at: datetime) -> None:
        """Keep a login link, in place of any that the person has not used."""
        async with connected(self._pool) as connection, connection.transaction():
            await connection.execute(_VOID_LINKS, user_id)
            await connection.execute(_PUT_LINK, user_id, token_hash, expires_at)

    async def begin(
        self,
        link_hash: bytes,
        session_hash: bytes,
        session: WebSession,
        notices: Callable[[User], Sequence[Notice]],
    ) -> User | None:
        """Use a link up and begin a session of its person; None where the link is none."""
        at = session.began_at
        async with connected(self._pool) as connection, connection.transaction():
            user_id = await connection.fetchval(_USE_LINK, link_hash, at)
            if user_id is None:
                return None
            user = await _person(connection, user_id)
            if user.status in {Status.BANNED, Status.PENDING}:
                await audit(connection, user_id, "login.refused", {"status": user.status.value})
                return None
            session_id = await connection.fetchval(
                _BEGIN, user_id, session_hash, session.device, at, session.ends_at
            )
            await connection.execute(_CROWDED, user_id, at, at - IDLE_LIFE, MOST_SESSIONS)
            details = {"session_id": session_id, "device": session.device}
            await tell(connection, notices(user))
            await audit(connection, user_id, "session.began", details)
        self._on_outbox(())
        return user

    async def visit(self, token_hash: bytes, at: datetime) -> Visitor | None:
        """Give who visits, as they are now, and note that they did."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_VISIT, token_hash, at, at - IDLE_LIFE)
        if row is None:
            return None
        user = user_from(row["person"])
        if user.status in {Status.BANNED, Status.PENDING}:
            return None
        return Visitor(user=user, session=_session(row))

    async def renew(self, visitor: Visitor, token_hash: bytes, at: datetime) -> bool:
        """Note that a factor was given, and let the session go on under another token."""
        user_id, session_id = visitor.user.user_id, visitor.session.session_id
        async with connected(self._pool) as connection:
            told = await connection.execute(_RENEW, user_id, session_id, token_hash, at)
        return _count(told) == 1

    async def of(self, user_id: int, at: datetime) -> list[WebSession]:
        """Give a person's sessions that hold, the newest first."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_OF, user_id, at, at - IDLE_LIFE)
        return [_session(row) for row in rows]

    async def end(self, user_id: int, session_id: int, at: datetime) -> bool:
        """End one session; tells whether it was theirs and held."""
        async with connected(self._pool) as connection, connection.transaction():
            told = await connection.execute(_END, user_id, at, at - IDLE_LIFE, session_id)
            if not _count(told):
                return False
            await audit(connection, user_id, "session.ended", {"session_id": session_id})
        return True

    async def end_all(self, user_id: int, at: datetime, *, but: int = 0) -> int:
        """End a person's sessions, and their unused links; gives how many sessions."""
        async with connected(self._pool) as connection, connection.transaction():
            ended = await end_sessions(connection, user_id, at, but=but)
            await audit(connection, user_id, "session.ended", {"all": True, "count": ended})
        return ended

    async def forget(self, before: datetime) -> None:
        """Drop links and sessions that were over by then."""
        async with connected(self._pool) as connection:
            for statement in _FORGET:
                await connection.execute(statement, before)


async def end_sessions(connection: Connection, user_id: int, at: datetime, *, but: int) -> int:
    """End a person's sessions but one, and void the links they have not used."""
    await connection.execute(_VOID_LINKS, user_id)
    return _count(await connection.execute(_END_ALL, user_id, at, but))


async def _person(connection: Connection, user_id: int) -> User:
    row = await connection.fetchval("SELECT to_jsonb(u) FROM users u WHERE user_id = $1", user_id)
    return user_from(row)


def _session(row: asyncpg.Record) -> WebSession:
    return WebSession(
        session_id=row["session_id"],
        device=row["device"],
        began_at=row["began_at"],
        seen_at=row["seen_at"],
        ends_at=row["ends_at"],
        proved_at=row["proved_at"],
    )


def _count(told: str) -> int:
    return int(told.rpartition(" ")[2])
