"""Warnings before a liquidation in PostgreSQL: each once, with its message."""

from collections.abc import Sequence
from datetime import datetime

from bot.adapters.database.connection import Pool, connected, json_array, to_json
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import notices_to_json
from bot.domain.notices import Notice
from bot.ports.margin_warnings import ShortNamed, Told

_STANDING = """
    SELECT m.user_id, m.number, m.stage, p.token_id FROM margin_warnings m
    JOIN positions p USING (user_id, mode, season, number) WHERE p.state = 'open'
"""
_WARN = """
    INSERT INTO margin_warnings (user_id, mode, season, number, stage, at)
    SELECT p.user_id, p.mode, p.season, p.number, $3, $4
    FROM positions p JOIN virtual_wallets w USING (user_id, mode, season)
    WHERE p.user_id = $1 AND p.number = $2 AND p.mode = 'paper' AND p.state = 'open'
      AND w.is_current
    ON CONFLICT (user_id, mode, season, number) DO UPDATE SET stage = excluded.stage,
      at = excluded.at
    WHERE margin_warnings.stage < excluded.stage
    RETURNING stage
"""
_FORGET = """
    DELETE FROM margin_warnings m USING unnest($1::bigint[], $2::integer[]) AS f(user_id, number)
    WHERE m.user_id = f.user_id AND m.number = f.number AND m.mode = 'paper'
"""
_QUEUE = "SELECT notice_ids FROM close_updates($1::text::jsonb)"


class PostgresMarginWarnings:
    """Implements `bot.ports.margin_warnings.MarginBook`."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def standing(self) -> list[Told]:
        """Give what the owners of open shorts were last told."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_STANDING)
        return [
            Told(
                short=ShortNamed(user_id=row["user_id"], number=row["number"]),
                token_id=row["token_id"],
                percent=row["stage"],
            )
            for row in rows
        ]

    async def warn(
        self, short: ShortNamed, percent: int, at: datetime, notices: Sequence[Notice]
    ) -> bool:
        """Write a warning down and queue it in one transaction."""
        ending = {"update_id": None, "failure": "", "notices": notices_to_json(notices)}
        async with connected(self._pool) as connection, connection.transaction():
            stage = await connection.fetchval(_WARN, short.user_id, short.number, percent, at)
            if stage is None:
                return False
            await connection.fetchval(_QUEUE, json_array([to_json(ending)]))
        self._on_outbox(())
        return True

    async def forget(self, shorts: Sequence[ShortNamed]) -> None:
        """Forget the warnings of shorts that have recovered."""
        async with connected(self._pool) as connection:
            await connection.execute(
                _FORGET, [one.user_id for one in shorts], [one.number for one in shorts]
            )
