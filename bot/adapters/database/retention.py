"""Drops old mail and old days of prices from PostgreSQL, a batch at a time."""

from datetime import UTC, datetime, timedelta

from bot.adapters.database.connection import Connection, Pool, connected
from bot.adapters.database.shelf import PARTITION_PREFIX
from bot.ports.retention import Forgotten

_BATCH = 10_000
_KEEP_CHANGES = timedelta(hours=1)
_UPDATES = """
    DELETE FROM inbox WHERE update_id IN (
      SELECT update_id FROM inbox WHERE closed_at < $1 ORDER BY closed_at LIMIT $2)
"""
_NOTICES = """
    DELETE FROM outbox WHERE notice_id IN (
      SELECT notice_id FROM outbox WHERE state <> 'waiting' AND created_at < $1
      ORDER BY created_at LIMIT $2)
"""
_DIALOGS = """
    DELETE FROM dialogs WHERE (user_id, chat_id) IN (
      SELECT user_id, chat_id FROM dialogs WHERE expires_at < $1 LIMIT $2)
"""
_FIRINGS = """
    DELETE FROM alert_firings WHERE (user_id, firing_id) IN (
      SELECT user_id, firing_id FROM alert_firings WHERE fired_at < $1 ORDER BY fired_at LIMIT $2)
"""
_ALERTS = """
    DELETE FROM alerts WHERE (user_id, alert_id) IN (
      SELECT user_id, alert_id FROM alerts WHERE ended_at < $1 ORDER BY ended_at LIMIT $2)
"""
_CHANGES = """
    DELETE FROM changes WHERE id IN (SELECT id FROM changes WHERE at < $1 ORDER BY at LIMIT $2)
"""
_DAYS = """
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'token_prices'::regclass AND c.relname ~ '^token_prices_[0-9]{8}$'
      AND c.relname < $1
"""


class PostgresRetention:
    """Keeps the tables that only ever grow from growing for ever."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def forget(
        self, *, mail_before: datetime, prices_before: datetime, now: datetime
    ) -> Forgotten:
        """Drop updates answered, notices settled and alerts ended before a moment, and so on."""
        async with connected(self._pool) as connection:
            return Forgotten(
                updates=await _drop(connection, _UPDATES, mail_before),
                notices=await _drop(connection, _NOTICES, mail_before),
                firings=await _drop(connection, _FIRINGS, mail_before),
                alerts=await _drop(connection, _ALERTS, mail_before),
                dialogs=await _drop(connection, _DIALOGS, now),
                changes=await _drop(connection, _CHANGES, now - _KEEP_CHANGES),
                price_days=await _drop_days(connection, prices_before),
            )


async def _drop(connection: Connection, statement: str, before: datetime) -> int:
    dropped = 0
    while True:
        done = await connection.execute(statement, before, _BATCH)
        count = int(done.rpartition(" ")[2])
        dropped += count
        if count < _BATCH:
            return dropped


async def _drop_days(connection: Connection, before: datetime) -> int:
    oldest_kept = f"{PARTITION_PREFIX}{before.astimezone(UTC):%Y%m%d}"
    days = [row["relname"] for row in await connection.fetch(_DAYS, oldest_kept)]
    for day in days:
        await connection.execute(f"DROP TABLE IF EXISTS {day}")
    return len(days)
