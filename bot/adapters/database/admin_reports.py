"""A day of everybody's in PostgreSQL, in sums, and the claim by which it is told once."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import asyncpg

from bot.adapters.database.connection import Connection, Pool, connected, json_array, to_json
from bot.adapters.database.health import proofs_of
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import notices_to_json
from bot.adapters.database.twins import twins_of
from bot.domain.admin_reports import DayCount, ModeDay, StoredDay
from bot.domain.notices import Notice
from bot.domain.twins import Twins

_PATIENCE_SECONDS = 120.0
_MOST_ERRORS = 5
_PEOPLE = """
    SELECT (SELECT count(*) FROM users WHERE created_at < $2) AS users,
           (SELECT count(*) FROM users WHERE created_at >= $1 AND created_at < $2) AS new_users,
           (SELECT count(DISTINCT lane) FROM inbox
            WHERE received_at >= $1 AND received_at < $2 AND lane > 0) AS active_users,
           (SELECT count(*) FROM outbox
            WHERE failed_at >= $1 AND failed_at < $2 AND state = 'given_up') AS notices_given_up,
           (SELECT count(*) FROM live_pauses) AS paused_wallets
"""
# What a pool took in tokens is worth what the fill paid for them.
_MODES = """
    SELECT o.mode, count(*) AS fills, count(DISTINCT o.user_id) AS traders,
           sum(o.sol_lamports) AS volume_lamports,
           sum((f ->> 'network_fee_lamports')::numeric
               + CASE WHEN (f ->> 'pool_fee_in_sol')::boolean THEN (f ->> 'pool_fee_units')::numeric
                 ELSE (f ->> 'pool_fee_units')::numeric * (f ->> 'fill_price')::numeric
                      * power(10::numeric, 9 - t.decimals) END) AS fees_lamports
    FROM orders o JOIN solana_tokens t USING (token_id),
         LATERAL (SELECT o.receipt -> 'fill' AS f) r
    WHERE o.filled_at >= $1 AND o.filled_at < $2 GROUP BY o.mode ORDER BY o.mode DESC
"""
_LIVE = """
    SELECT state, count(*) AS count FROM live_intents
    WHERE decided_at >= $1 AND decided_at < $2 GROUP BY state ORDER BY state
"""
# What is kept begins with the reference that the person was told.
_ERRORS = """
    SELECT regexp_replace(failure, '^[0-9]+-[a-z]+ ', '') AS kind, count(*) AS count FROM inbox
    WHERE closed_at >= $1 AND closed_at < $2 AND failure <> ''
    GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $3
"""
_ALERTS = """
    SELECT count(*) AS fired,
           count(*) FILTER (WHERE o.state IS DISTINCT FROM 'given_up'
             AND coalesce(o.sent_at, now()) - coalesce(f.source_at, f.seen_at)
                 > make_interval(secs => $3)) AS late,
           count(*) FILTER (WHERE o.state = 'given_up') AS missed
    FROM alert_firings f LEFT JOIN outbox o ON o.notice_id = f.notice_id
    WHERE f.fired_at >= $1 AND f.fired_at < $2 AND f.loudness <> 'off'
"""
_COUNTS = "SELECT topic, name, slot, count FROM day_counts WHERE day = $1"
_TWINS = """
    SELECT i.token_id, i.twin, o.receipt -> 'fill' AS fill, o.sol_lamports,
           o.filled_at - i.decided_at AS latency
    FROM live_intents i
    JOIN orders o ON o.user_id = i.user_id AND o.mode = 'live' AND o.season = i.wallet_number
      AND o.number = i.order_number
    WHERE i.state = 'filled' AND i.twin IS NOT NULL AND i.decided_at >= $1 AND i.decided_at < $2
    LIMIT 10000
"""
_BEGAN = "SELECT EXISTS (SELECT FROM users WHERE created_at < $1)"
_IS_TOLD = "SELECT EXISTS (SELECT FROM admin_reports WHERE day = $1)"
_CLAIM = """
    INSERT INTO admin_reports (day, request_id, told_at) VALUES ($1, $2, $3)
    ON CONFLICT DO NOTHING RETURNING true
"""
_QUEUE = "SELECT notice_ids FROM close_updates($1::text::jsonb)"
_ADD = """
    INSERT INTO day_counts AS c (day, topic, name, slot, count)
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::smallint[], $5::bigint[])
    ON CONFLICT (day, topic, name, slot) DO UPDATE SET count = c.count + excluded.count
"""


class PostgresAdminReports:
    """Implements `bot.ports.admin_reports.AdminReportBook`."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def day(self, day: date, *, late_seconds: float) -> StoredDay:
        """Add up a UTC day, statement by statement on one connection."""
        span = _span(day)
        async with connected(self._pool) as connection:
            (people,) = await _rows(connection, _PEOPLE, *span)
            (alerts,) = await _rows(connection, _ALERTS, *span, late_seconds)
            return StoredDay(
                **people,
                modes=tuple(_mode(row) for row in await _rows(connection, _MODES, *span)),
                live_orders={row["state"]: row["count"]
                             for row in await _rows(connection, _LIVE, *span)},
                errors=[(row["kind"], row["count"])
                        for row in await _rows(connection, _ERRORS, *span, _MOST_ERRORS)],
                alerts_fired=alerts["fired"],
                alerts_late=alerts["late"],
                alerts_missed=alerts["missed"],
                counts=[DayCount(**row) for row in await _rows(connection, _COUNTS, day)],
                proved=await proofs_of(connection),
            )  # fmt: skip

    async def twins(self, day: date) -> Sequence[Twins]:
        """Give the day's filled live orders that have a paper twin."""
        async with connected(self._pool) as connection:
            return list(twins_of(await _rows(connection, _TWINS, *_span(day))))

    async def began_by(self, day: date) -> bool:
        """Tell whether anybody had come by the end of a day."""
        async with connected(self._pool) as connection:
            return bool(await connection.fetchval(_BEGAN, _span(day)[1]))

    async def is_told(self, day: date) -> bool:
        """Tell whether admins were told of a day."""
        async with connected(self._pool) as connection:
            return bool(await connection.fetchval(_IS_TOLD, day))

    async def tell(
        self, day: date, request_id: str, at: datetime, notices: Sequence[Notice]
    ) -> bool:
        """Claim a day and queue its report in one transaction."""
        ending = {"update_id": None, "failure": "", "notices": notices_to_json(notices)}
        async with connected(self._pool) as connection, connection.transaction():
            is_ours = await connection.fetchval(_CLAIM, day, request_id, at)
            if is_ours:
                await connection.fetchval(_QUEUE, json_array([to_json(ending)]))
        if is_ours:
            self._on_outbox(())
        return bool(is_ours)

    async def add_counts(self, day: date, counts: Sequence[DayCount]) -> None:
        """Add to the sums of a day, always in one order, so that nobody waits in a circle."""
        ordered = sorted(counts, key=lambda one: (one.topic, one.name, one.slot))
        columns = zip(*((one.topic, one.name, one.slot, one.count) for one in ordered), strict=True)
        async with connected(self._pool) as connection:
            await connection.execute(_ADD, day, *columns)


async def _rows(
    connection: Connection, statement: str, *arguments: object
) -> Sequence[asyncpg.Record]:
    found: Sequence[asyncpg.Record] = await connection.fetch(
        statement, *arguments, timeout=_PATIENCE_SECONDS
    )
    return found


def _span(day: date) -> tuple[datetime, datetime]:
    began = datetime.combine(day, time(), UTC)
    return began, began + timedelta(days=1)


def _mode(row: asyncpg.Record) -> ModeDay:
    return ModeDay(
        mode=row["mode"],
        fills=row["fills"],
        traders=row["traders"],
        volume_lamports=int(row["volume_lamports"]),
        fees_lamports=int(row["fees_lamports"]),
    )
