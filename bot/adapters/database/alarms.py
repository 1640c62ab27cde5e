"""Alarms in PostgreSQL: each change of one is kept with the messages that tell of it."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from bot.adapters.database.connection import Pool, connected, json_array, to_json
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import notices_to_json
from bot.domain.errors import Refusal
from bot.domain.health import Check
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.ports.alarms import Alarm

_LOAD = "SELECT check_name, failing_since, told_at, silenced_until FROM health_alarms"
_TELL = """
    INSERT INTO health_alarms AS a (check_name, failing_since, told_at) VALUES ($1, $2, $3)
    ON CONFLICT (check_name) DO UPDATE
      SET failing_since = excluded.failing_since, told_at = excluded.told_at
    WHERE a.failing_since IS NOT DISTINCT FROM $4 AND a.told_at IS NOT DISTINCT FROM $5
    RETURNING true
"""
_SILENCE = """
    INSERT INTO health_alarms (check_name, silenced_until, silenced_by) VALUES ($1, $2, $3)
    ON CONFLICT (check_name) DO UPDATE
      SET silenced_until = excluded.silenced_until, silenced_by = excluded.silenced_by
"""
_NOTE = """
    INSERT INTO audit_log (user_id, actor_id, action, details)
    VALUES ($1, $1, 'health.silenced', $2)
"""
_END = "SELECT is_closed[1] FROM close_updates($1::text::jsonb)"


class PostgresAlarms:
    """Implements `bot.ports.alarms.AlarmBook`."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def load(self) -> Sequence[Alarm]:
        """Give every alarm; one of a check that a newer version knows is left out."""
        known = set(Check)
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_LOAD)
        return [_alarm(row) for row in rows if row["check_name"] in known]

    async def tell(self, before: Alarm, after: Alarm, notices: Sequence[Notice]) -> bool:
        """Keep an alarm where it still stands as `before`, and queue what is told of it."""
        async with connected(self._pool) as connection, connection.transaction():
            is_kept = await connection.fetchval(
                _TELL,
                after.check.value,
                after.failing_since,
                after.told_at,
                before.failing_since,
                before.told_at,
            )
            if is_kept and notices:
                await connection.fetchval(_END, _ending(None, notices))
        if is_kept and notices:
            self._on_outbox(())
        return bool(is_kept)

    async def silence(
        self, request: Request, check: Check, until: datetime, notices: Sequence[Notice]
    ) -> None:
        """Silence a check, audited, once for an update."""
        by = request.user.user_id
        async with connected(self._pool) as connection, connection.transaction():
            if not await connection.fetchval(_END, _ending(request.update_id, notices)):
                raise Refusal("already_done")
            await connection.execute(_SILENCE, check.value, until, by)
            told = {"check": check.value, "until": until.isoformat()}
            await connection.execute(_NOTE, by, told)
        self._on_outbox(())


def _ending(update_id: int | None, notices: Sequence[Notice]) -> str:
    ending = {"update_id": update_id, "failure": "", "notices": notices_to_json(notices)}
    return json_array([to_json(ending)])


def _alarm(row: asyncpg.Record) -> Alarm:
    return Alarm(
        check=Check(row["check_name"]),
        failing_since=row["failing_since"],
        told_at=row["told_at"],
        silenced_until=row["silenced_until"],
    )
