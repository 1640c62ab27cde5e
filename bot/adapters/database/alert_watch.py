"""Alerts in PostgreSQL as the clock sees them: armed, claimed, woken, and their firings."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from bot.adapters.database.alert_copy import armed_levels
from bot.adapters.database.alert_rows import Row, alert_from, firing_from, settings_from
from bot.adapters.database.alerts import AlertRequests
from bot.adapters.database.connection import Connection, connected, to_json
from bot.adapters.database.endings import queued
from bot.adapters.database.rows import position_from
from bot.domain.alert_firings import FiredAlert, Firing, Hit
from bot.domain.alerts import Alert, Levels
from bot.domain.notices import Notice, QueuedNotice
from bot.ports.alerts import MovedPosition, Tell
from bot.ports.trigger_columns import TriggerColumns

# Between so many rows, everybody else has a turn.
_READ_AT_ONCE = 25
_FIND = "SELECT * FROM alerts WHERE alert_id = ANY($1::bigint[]) AND state = 'armed'"
# Nothing is claimed twice: whoever comes second finds another generation. A recurring one takes
# the figure that it fired at as the anchor of its next levels.
_CLAIM = """
    WITH hit AS (
      SELECT * FROM unnest($1::bigint[], $2::integer[], $3::numeric[]) WITH ORDINALITY
        AS h(alert_id, generation, value, place)
    ), claimed AS (
      UPDATE alerts a SET
        generation = a.generation + 1, fired_at = $4::timestamptz,
        state = CASE WHEN a.is_recurring AND h.value > 0 THEN 'armed' ELSE 'fired' END,
        ended_at = CASE WHEN a.is_recurring AND h.value > 0 THEN NULL ELSE $4::timestamptz END,
        anchor = CASE WHEN a.is_recurring THEN h.value ELSE a.anchor END,
        upper = CASE WHEN a.is_recurring AND a.upper IS NOT NULL
                     THEN h.value * (1 + a.move_bps / 10000.0) ELSE a.upper END,
        lower = CASE WHEN a.is_recurring AND a.lower IS NOT NULL
                     THEN h.value * (1 - a.move_bps / 10000.0) ELSE a.lower END
      FROM hit h
      WHERE a.alert_id = h.alert_id AND a.generation = h.generation AND a.state = 'armed'
        AND a.snoozed_until IS NULL
      RETURNING a.*, h.place
    )
    SELECT c.*, u.settings, u.status <> 'banned' AS is_heard,
           (SELECT p.number FROM positions p
            JOIN virtual_wallets w USING (user_id, mode, season)
            WHERE p.user_id = c.user_id AND p.token_id = c.token_id AND p.state = 'open'
              AND p.mode = 'paper' AND w.is_current) AS held_position
    FROM claimed c JOIN users u USING (user_id)
    ORDER BY c.place
"""
_REMEMBER = """
    WITH fired AS (
      SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::integer[], $5::numeric[],
                           $6::numeric[], $7::text[], $8::timestamptz[], $9::timestamptz[],
                           $10::timestamptz[], $11::timestamptz[], $12::integer[], $13::bigint[],
                           $14::text[], $15::text[], $16::smallint[])
        AS f(user_id, alert_id, kind, token_id, level, value, loudness, source_at, seen_at,
             confirmed_at, fired_at, place, chat_id, method, payload, priority)
    ), told AS (
      INSERT INTO outbox (chat_id, method, payload, priority)
      SELECT chat_id, method, payload::jsonb, priority FROM fired
      WHERE place IS NOT NULL ORDER BY place
      RETURNING notice_id
    ), numbered AS (
      SELECT notice_id, row_number() OVER (ORDER BY notice_id) AS place FROM told
    ), remembered AS (
      INSERT INTO alert_firings (user_id, alert_id, kind, token_id, level, value, loudness,
                                 source_at, seen_at, confirmed_at, fired_at, notice_id)
      SELECT f.user_id, f.alert_id, f.kind, f.token_id, f.level, f.value, f.loudness, f.source_at,
             f.seen_at, f.confirmed_at, f.fired_at, n.notice_id
      FROM fired f LEFT JOIN numbered n ON n.place = f.place
    )
    SELECT coalesce(array_agg(notice_id ORDER BY notice_id), '{}') FROM told
"""
_WAKE = """
    UPDATE alerts SET snoozed_until = NULL, generation = generation + 1
    WHERE state = 'armed' AND snoozed_until <= $1 RETURNING *
"""
_MOVED = """
    SELECT a.user_id AS owner_id, a.alert_id AS of_alert, p.*
    FROM alerts a
    LEFT JOIN (positions p JOIN virtual_wallets w USING (user_id, mode, season))
      ON p.user_id = a.user_id AND p.mode = a.mode AND p.season = a.season
         AND p.number = a.position_number AND p.state = 'open' AND w.is_current
    WHERE a.state = 'armed' AND a.kind = 'position'
      AND concat_ws(':', p.token_units, p.cost_lamports, p.margin_lamports, p.proceeds_lamports)
          <> a.basis
"""
_RELEVEL = """
    UPDATE alerts SET upper = $4, lower = $5, basis = $6, generation = generation + 1
    WHERE user_id = $1 AND alert_id = $2 AND generation = $3 AND state = 'armed' RETURNING *
"""
_RETIRE = """
    UPDATE alerts a SET state = 'cancelled', snoozed_until = NULL, ended_at = now(),
      generation = a.generation + 1
    FROM unnest($1::bigint[], $2::bigint[], $3::integer[]) AS r(user_id, alert_id, generation)
    WHERE a.user_id = r.user_id AND a.alert_id = r.alert_id AND a.generation = r.generation
      AND a.state = 'armed'
"""
_OF_EQUITY = """
    SELECT * FROM alerts
    WHERE state = 'armed' AND kind = 'equity' AND snoozed_until IS NULL ORDER BY user_id, alert_id
"""
_FIRINGS = """
    SELECT f.*, o.sent_at, o.state AS outbox_state
    FROM alert_firings f LEFT JOIN outbox o USING (notice_id)
    WHERE f.user_id = $1 AND f.fired_at >= $2 ORDER BY f.fired_at DESC, f.firing_id DESC LIMIT $3
"""


class PostgresAlerts(AlertRequests):
    """Implements `bot.ports.alerts.AlertBook`."""

    async def armed(self) -> AsyncIterator[TriggerColumns]:
        """Give the triggers of all alerts that are watched, some ten thousand at a time."""
        async with connected(self._pool) as connection:
            levels = await armed_levels(connection)
        for some in levels:
            yield some

    async def find(self, alert_ids: Sequence[int]) -> Sequence[Alert]:
        """Give those of some alerts that are armed, whosoever they are."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_FIND, list(alert_ids))
        return [alert_from(row) for row in rows]

    async def claim(self, hits: Sequence[Hit], at: datetime, tell: Tell) -> Sequence[Alert]:
        """Claim what is still armed in the generation named, and queue its news, all at once."""
        by_alert = {hit.alert_id: hit for hit in hits}
        async with connected(self._pool) as connection, connection.transaction():
            rows = await connection.fetch(
                _CLAIM,
                [hit.alert_id for hit in by_alert.values()],
                [hit.generation for hit in by_alert.values()],
                [hit.value for hit in by_alert.values()],
                at,
            )
            fired: list[FiredAlert] = []
            for row in rows:
                fired.append(_fired(row, by_alert[row["alert_id"]], at))
                if len(fired) % _READ_AT_ONCE == 0:
                    await asyncio.sleep(0)
            told = await _remember(connection, fired, await tell(fired)) if fired else []
        if told:
            self._on_outbox(told)
        return [one.alert for one in fired]

    async def wake(self, now: datetime) -> Sequence[Alert]:
        """End the snoozes whose time has come, and give those alerts."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_WAKE, now)
        return [alert_from(row) for row in rows]

    async def moved_positions(self) -> Sequence[MovedPosition]:
        """Give the alerts whose positions changed or ended."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_MOVED)
            alerts = await connection.fetch(_FIND, [row["of_alert"] for row in rows])
        by_id = {row["alert_id"]: alert_from(row) for row in alerts}
        return [
            MovedPosition(
                alert=by_id[row["of_alert"]],
                position=None if row["number"] is None else position_from(row),
            )
            for row in rows
            if row["of_alert"] in by_id
        ]

    async def relevel(self, alert: Alert, levels: Levels, basis: str) -> Alert | None:
        """Give an alert the levels that follow from its position now; None if it changed."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(
                _RELEVEL,
                alert.user_id,
                alert.alert_id,
                alert.generation,
                levels.upper,
                levels.lower,
                basis,
            )
        return None if row is None else alert_from(row)

    async def retire(self, alerts: Sequence[Alert]) -> None:
        """End alerts whose positions are over."""
        async with connected(self._pool) as connection:
            await connection.execute(
                _RETIRE,
                [alert.user_id for alert in alerts],
                [alert.alert_id for alert in alerts],
                [alert.generation for alert in alerts],
            )

    async def equity_watchers(self) -> Mapping[int, Sequence[Alert]]:
        """Give the watched alerts on equity, by person."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_OF_EQUITY)
        found: dict[int, list[Alert]] = {}
        for row in rows:
            found.setdefault(row["user_id"], []).append(alert_from(row))
        return found

    async def firings(self, user_id: int, since: datetime, limit: int) -> Sequence[Firing]:
        """Give a person's firings since a moment, the newest first."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_FIRINGS, user_id, since, limit)
        return [firing_from(row) for row in rows]


async def _remember(
    connection: Connection, fired: Sequence[FiredAlert], notices: Sequence[Notice | None]
) -> list[QueuedNotice]:
    """Queue the news and write the firings down, with the numbers of their notices."""
    told: list[Notice] = []
    rows: list[tuple[object, ...]] = []
    for one, notice in zip(fired, notices, strict=True):
        if notice is not None:
            told.append(notice)
        rows.append((*_moments(one), *_message(notice, len(told))))
    ids = await connection.fetchval(_REMEMBER, *zip(*rows, strict=True))
    return queued(ids, told)


def _moments(fired: FiredAlert) -> tuple[object, ...]:
    alert, hit = fired.alert, fired.hit
    return (
        alert.user_id,
        alert.alert_id,
        alert.condition.kind.value,
        alert.token_id,
        hit.level,
        hit.value,
        fired.loudness.value,
        hit.source_at,
        hit.seen_at,
        hit.confirmed_at,
        fired.fired_at,
    )


def _message(notice: Notice | None, place: int) -> tuple[object, ...]:
    if notice is None:
        return (None, None, None, None, None)
    return (place, notice.chat_id, notice.method, to_json(notice.payload), notice.priority.value)


def _fired(row: Row, hit: Hit, at: datetime) -> FiredAlert:
    return FiredAlert(
        alert=alert_from(row),
        hit=hit,
        fired_at=at,
        settings=settings_from(row["settings"]),
        held_position=row["held_position"],
        is_heard=row["is_heard"],
    )
