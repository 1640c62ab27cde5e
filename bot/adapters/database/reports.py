"""At which hours people want reports, and who is on which leaderboard, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from bot.adapters.database.alert_rows import OFFSET_KEY
from bot.adapters.database.connection import Pool, connected, json_array, to_json
from bot.adapters.database.endings import queued
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import notices_to_json, user_from
from bot.domain.daily_reports import ReportHour
from bot.domain.notices import Notice
from bot.ports.reports import DueReport, Member

_HOUR = "SELECT hour, offset_minutes FROM daily_reports WHERE user_id = $1"
_OFFSET = "SELECT (settings ->> $2)::integer FROM users WHERE user_id = $1"
_TELL_OFFSET = """
    UPDATE users SET settings = settings || jsonb_build_object($2::text, $3::integer)
    WHERE user_id = $1
"""
_KEEP = """
    INSERT INTO daily_reports (user_id, hour, offset_minutes, next_due_at)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (user_id) DO UPDATE SET hour = excluded.hour,
      offset_minutes = excluded.offset_minutes, next_due_at = excluded.next_due_at
"""
_DROP = "DELETE FROM daily_reports WHERE user_id = $1"
_DUE = """
    SELECT u.user_id, u.role, u.status, u.first_name, u.language,
           r.hour, r.offset_minutes, r.next_due_at
    FROM daily_reports r JOIN users u USING (user_id)
    WHERE r.next_due_at <= $1 ORDER BY r.next_due_at, r.user_id LIMIT $2
"""
_CLAIM = """
    UPDATE daily_reports SET next_due_at = $3 WHERE user_id = $1 AND next_due_at = $2
    RETURNING user_id
"""
_QUEUE = "SELECT notice_ids FROM close_updates($1::text::jsonb)"
# One at a time for each group: two at once cannot both take the last place.
_LOCK_GROUP = "SELECT pg_advisory_xact_lock(5120012, hashint8($1))"
_JOIN = """
    INSERT INTO leaderboard_members (user_id, chat_id)
    SELECT $1, $2
    WHERE (SELECT count(*) FROM leaderboard_members WHERE chat_id = $2) < $3
    ON CONFLICT DO NOTHING
"""
_IS_IN = "SELECT EXISTS (SELECT FROM leaderboard_members WHERE user_id = $1 AND chat_id = $2)"
_LEAVE = "DELETE FROM leaderboard_members WHERE user_id = $1 AND chat_id = $2"
_MEMBERS = """
    SELECT m.user_id, u.first_name FROM leaderboard_members m JOIN users u USING (user_id)
    WHERE m.chat_id = $1 AND u.status <> 'banned' ORDER BY m.joined_at, m.user_id
"""


class PostgresReports:
    """Implements `bot.ports.reports.ReportBook`."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def hour(self, user_id: int) -> ReportHour | None:
        """Give a person's hour."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_HOUR, user_id)
        return None if row is None else ReportHour(**dict(row))

    async def offset_minutes(self, user_id: int) -> int:
        """Give how far a person's clocks are ahead of UTC."""
        async with connected(self._pool) as connection:
            return await connection.fetchval(_OFFSET, user_id, OFFSET_KEY) or 0

    async def keep(self, user_id: int, hour: ReportHour, next_due_at: datetime) -> None:
        """Remember a person's hour, and how far their clocks are ahead."""
        async with connected(self._pool) as connection, connection.transaction():
            await connection.execute(_KEEP, user_id, hour.hour, hour.offset_minutes, next_due_at)
            await connection.execute(_TELL_OFFSET, user_id, OFFSET_KEY, hour.offset_minutes)

    async def drop(self, user_id: int) -> bool:
        """Forget a person's hour."""
        async with connected(self._pool) as connection:
            done = await connection.execute(_DROP, user_id)
        return not done.endswith(" 0")

    async def due(self, now: datetime, limit: int) -> list[DueReport]:
        """Give the reports that are due."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_DUE, now, limit)
        return [
            DueReport(
                user=user_from(row),
                hour=ReportHour(hour=row["hour"], offset_minutes=row["offset_minutes"]),
                due_at=row["next_due_at"],
            )
            for row in rows
        ]

    async def done(self, due: DueReport, next_due_at: datetime, notices: Sequence[Notice]) -> bool:
        """Queue a report and set the next in one transaction."""
        ending = {"update_id": None, "failure": "", "notices": notices_to_json(notices)}
        queuing: Sequence[int] = ()
        async with connected(self._pool) as connection, connection.transaction():
            claimed = await connection.fetchval(_CLAIM, due.user.user_id, due.due_at, next_due_at)
            if claimed is None:
                return False
            if notices:
                queuing = await connection.fetchval(_QUEUE, json_array([to_json(ending)]))
        if notices:
            self._on_outbox(queued(queuing, notices))
        return True


class PostgresLeaderboards:
    """Implements `bot.ports.reports.LeaderboardBook`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def join(self, user_id: int, chat_id: int, most: int) -> bool:
        """Add a person, unless the group is full."""
        async with connected(self._pool) as connection, connection.transaction():
            await connection.execute(_LOCK_GROUP, chat_id)
            await connection.execute(_JOIN, user_id, chat_id, most)
            return bool(await connection.fetchval(_IS_IN, user_id, chat_id))

    async def leave(self, user_id: int, chat_id: int) -> bool:
        """Take a person off."""
        async with connected(self._pool) as connection:
            done = await connection.execute(_LEAVE, user_id, chat_id)
        return not done.endswith(" 0")

    async def members(self, chat_id: int) -> list[Member]:
        """Give who is in."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_MEMBERS, chat_id)
        return [Member(user_id=row["user_id"], first_name=row["first_name"]) for row in rows]
