"""Alerts in PostgreSQL: what people change of them, each change with its answer in one commit."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from bot.adapters.database.alert_rows import (
    Row,
    alert_from,
    columns_of,
    settings_from,
    settings_to_json,
)
from bot.adapters.database.connection import Connection, Pool, connected, to_json
from bot.adapters.database.endings import queued
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import notices_to_json
from bot.domain.alert_hours import AlertSettings
from bot.domain.alerts import Alert, NewAlert
from bot.domain.errors import Refusal
from bot.domain.notices import Notice, QueuedNotice
from bot.domain.requests import Request
from bot.ports.alerts import AlertAnswer, SettingsAnswer

_Changed = TypeVar("_Changed")

_OF = """
    SELECT * FROM alerts WHERE user_id = $1 AND state = 'armed' ORDER BY alert_id
"""
# The person's row is their lock: two requests at once cannot both take the last place.
_LOCK = "SELECT role FROM users WHERE user_id = $1 FOR UPDATE"
_STATE = """
    SELECT count(*) FILTER (WHERE state = 'armed') AS armed,
           coalesce(bool_or(request_id = $2), false) AS is_repeated,
           (SELECT value FROM role_limits WHERE role = $3 AND name = 'alerts') AS most
    FROM alerts WHERE user_id = $1
"""
_FIND = "SELECT * FROM alerts WHERE user_id = $1 AND alert_id = $2 FOR UPDATE"
_SNOOZE = """
    UPDATE alerts SET state = 'armed', snoozed_until = $3, ended_at = NULL,
      generation = generation + 1
    WHERE user_id = $1 AND alert_id = $2 RETURNING *
"""
_CANCEL = """
    UPDATE alerts SET state = 'cancelled', snoozed_until = NULL, ended_at = now(),
      generation = generation + 1
    WHERE user_id = $1 AND alert_id = $2 RETURNING *
"""
_SETTINGS = "SELECT settings FROM users WHERE user_id = $1"
_KEEP_SETTINGS = "UPDATE users SET settings = settings || $2 WHERE user_id = $1"
_CLOSE = "SELECT is_closed[1] AS is_closed, notice_ids FROM close_updates($1::text::jsonb)"


class AlertRequests:
    """The part of `bot.ports.alerts.AlertBook` that people ask for."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def of(self, user_id: int) -> Sequence[Alert]:
        """Give a person's armed alerts, snoozed ones too, the oldest first."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_OF, user_id)
        return [alert_from(row) for row in rows]

    async def place(self, request: Request, new: NewAlert, answer: AlertAnswer) -> Alert:
        """Keep a new alert; raises `Refusal("alerts_full")` at the role's cap."""
        columns = columns_of(new) | {
            "user_id": request.user.user_id,
            "request_id": request.request_id,
        }
        places = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
        statement = (
            f"INSERT INTO alerts ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 (our names)
            " RETURNING *"
        )
        async with connected(self._pool) as connection, connection.transaction():
            await _require_room(connection, request)
            alert = _alert(await connection.fetchrow(statement, *columns.values()))
            notices = await _answered(connection, request, alert, answer)
        self._on_outbox(notices)
        return alert

    async def move(
        self, request: Request, alert_id: int, new: NewAlert, answer: AlertAnswer
    ) -> Alert:
        """Give a person's armed alert another condition; raises `Refusal("unknown_alert")`."""
        columns = columns_of(new)
        changes = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, 3))
        statement = (
            f"UPDATE alerts SET {changes}, generation = generation + 1"  # noqa: S608 (our names)
            " WHERE user_id = $1 AND alert_id = $2 RETURNING *"
        )
        return await self._change(
            request, alert_id, statement, tuple(columns.values()), answer, only_armed=True
        )

    async def snooze(
        self, request: Request, alert_id: int, until: datetime | None, answer: AlertAnswer
    ) -> Alert:
        """Watch an alert again only from a moment on; one that fired is armed anew."""
        return await self._change(request, alert_id, _SNOOZE, (until,), answer)

    async def cancel(self, request: Request, alert_id: int, answer: AlertAnswer) -> Alert:
        """End a person's alert; raises `Refusal("unknown_alert")`."""
        return await self._change(request, alert_id, _CANCEL, (), answer)

    async def settings(self, user_id: int) -> AlertSettings:
        """Give how a person wants to be told."""
        async with connected(self._pool) as connection:
            stored = await connection.fetchval(_SETTINGS, user_id)
        return settings_from(stored or {})

    async def keep_settings(
        self, request: Request, settings: AlertSettings, answer: SettingsAnswer
    ) -> None:
        """Keep how the asking person wants to be told."""
        async with connected(self._pool) as connection, connection.transaction():
            await connection.execute(
                _KEEP_SETTINGS, request.user.user_id, settings_to_json(settings)
            )
            notices = await _answered(connection, request, settings, answer)
        self._on_outbox(notices)

    async def _change(
        self,
        request: Request,
        alert_id: int,
        statement: str,
        values: tuple[object, ...],
        answer: AlertAnswer,
        *,
        only_armed: bool = False,
    ) -> Alert:
        user_id = request.user.user_id
        async with connected(self._pool) as connection, connection.transaction():
            await connection.execute(_LOCK, user_id)
            found = await connection.fetchrow(_FIND, user_id, alert_id)
            if found is None or found["state"] == "cancelled":
                raise Refusal("unknown_alert", number=alert_id)
            if found["state"] == "fired":
                if only_armed:
                    raise Refusal("unknown_alert", number=alert_id)
                if statement is _SNOOZE:
                    await _require_room(connection, request)
            alert = _alert(await connection.fetchrow(statement, user_id, alert_id, *values))
            notices = await _answered(connection, request, alert, answer)
        self._on_outbox(notices)
        return alert


async def _require_room(connection: Connection, request: Request) -> None:
    role = await connection.fetchval(_LOCK, request.user.user_id)
    state = await connection.fetchrow(_STATE, request.user.user_id, request.request_id, role)
    assert state is not None, "a count always answers"  # noqa: S101
    if state["is_repeated"]:
        raise Refusal("already_done")
    limit = None if state["most"] is None else int(state["most"])
    if limit is not None and state["armed"] >= limit:
        raise Refusal("alerts_full", limit=limit, role=role)


async def _answered(
    connection: Connection,
    request: Request,
    changed: _Changed,
    answer: Callable[[_Changed], Sequence[Notice]],
) -> list[QueuedNotice]:
    """Queue the answer and end the update in the transaction of the change itself."""
    notices = answer(changed)
    ending: Mapping[str, object] = {
        "update_id": request.update_id,
        "failure": "",
        "notices": notices_to_json(notices),
    }
    row = await connection.fetchrow(_CLOSE, to_json([ending]))
    assert row is not None, "a function always answers"  # noqa: S101
    if not row["is_closed"]:
        raise Refusal("already_done")
    return queued(row["notice_ids"], notices)


def _alert(row: Row | None) -> Alert:
    assert row is not None, "what was written comes back"  # noqa: S101
    return alert_from(row)
