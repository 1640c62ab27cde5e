"""Emergency stops in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from bot.adapters.database.connection import Pool, connected, json_array, to_json
from bot.adapters.database.holders import tell_holders
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import notices_to_json
from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.risk import StopRule, TradingStop
from bot.domain.users import Mode
from bot.ports.stops import StoppedLive, StoppedPosition, TellHolder

_STANDING = "SELECT * FROM trading_stops WHERE lifted_at IS NULL ORDER BY stop_id"
_KNOWS = "SELECT EXISTS (SELECT FROM users WHERE user_id = $1)"
_ONE = "SELECT * FROM trading_stops WHERE user_id = $1 AND stop_id = $2"
_OPEN = """
    FROM positions p JOIN virtual_wallets w USING (user_id, mode, season)
    WHERE p.state = 'open' AND p.mode = {mode} AND w.is_current
      AND ($1::bigint = 0 OR p.user_id = $1) AND ($2::integer IS NULL OR p.token_id = $2)
"""
_PAPER = _OPEN.format(mode="'paper'")
_COUNT = "SELECT count(*) " + _OPEN.format(mode="ANY ($3)")
_TO_CLOSE = f"""
    SELECT p.user_id, p.season, p.number, p.token_id {_PAPER}
      AND (p.user_id, p.number) > ($3, $4)
    ORDER BY p.user_id, p.number LIMIT $5
"""
_LIVE_TO_CLOSE = """
    SELECT p.user_id, p.season AS wallet_number, p.number, p.token_id, p.token_units AS units,
      t.tries
    FROM positions p JOIN virtual_wallets w USING (user_id, mode, season)
    CROSS JOIN LATERAL (
      SELECT count(*) AS tries, max(i.ended_at) AS ended_at,
        count(*) FILTER (WHERE i.state = 'held') AS under_way
      FROM live_intents i
      WHERE i.user_id = p.user_id AND i.wallet_number = p.season AND i.position_number = p.number
        AND i.side = 'sell'
        AND (i.state = 'held' OR starts_with(i.request_id, 'job:emergency:' || $3::text || ':'))
    ) t
    WHERE p.state = 'open' AND p.mode = 'live' AND w.is_current
      AND ($1::bigint = 0 OR p.user_id = $1) AND ($2::integer IS NULL OR p.token_id = $2)
      AND t.under_way = 0 AND coalesce(t.ended_at < now() - interval '1 minute', true)
    ORDER BY p.user_id, p.number LIMIT $4
"""
_PROGRESS = """
    UPDATE trading_stops SET planned = greatest(planned, $3), closed_at = coalesce($4, closed_at)
    WHERE user_id = $1 AND stop_id = $2
"""
_QUEUE = "SELECT notice_ids FROM close_updates($1::text::jsonb)"


class PostgresStops:
    """Implements `bot.ports.stops.StopBook`."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def knows(self, user_id: int) -> bool:
        """Tell whether there is such a user."""
        async with connected(self._pool) as connection:
            return bool(await connection.fetchval(_KNOWS, user_id))

    async def standing(self) -> list[TradingStop]:
        """Give the stops that were not lifted."""
        async with connected(self._pool) as connection:
            return [_stop(row) for row in await connection.fetch(_STANDING)]

    async def pull(
        self,
        request: Request | None,
        stop: TradingStop,
        notices: Sequence[Notice],
        holders: TellHolder | None = None,
    ) -> TradingStop:
        """Write a stop down and give it with its number."""
        values = {
            "user_id": stop.user_id,
            "request_id": request.request_id if request else _job(stop),
            "token_id": stop.token_id,
            "rule": stop.rule.value,
            "actor_id": stop.actor_id,
            "reason": stop.reason,
            "closes": stop.closes,
            "began_at": stop.began_at.isoformat(),
            "chat_id": stop.chat_id,
            "message_id": stop.message_id,
        }
        update_id = request.update_id if request else None
        async with connected(self._pool) as connection, connection.transaction():
            try:
                stop_id = await connection.fetchval(
                    "SELECT pull_stop($1, $2, $3)", values, update_id, notices_to_json(notices)
                )
            except asyncpg.UniqueViolationError:
                stop_id = None
            if stop_id is None:
                raise Refusal("already_done")
            row = await connection.fetchrow(_ONE, stop.user_id, stop_id)
            if holders is not None:
                await tell_holders(connection, stop.token_id, holders)
        assert row is not None, "what was written is there"  # noqa: S101
        self._on_outbox(())
        return _stop(row)

    async def lift(
        self,
        request: Request | None,
        stop: TradingStop,
        *,
        rules: Sequence[StopRule],
        by: int,
        reason: str,
        at: datetime,
        notices: Sequence[Notice],
        holders: TellHolder | None = None,
    ) -> None:
        """Lift the standing stops of this one's scope that these rules have pulled."""
        async with connected(self._pool) as connection, connection.transaction():
            lifted = await connection.fetchval(
                "SELECT lift_stops($1, $2, $3, $4, $5, $6, $7, $8)",
                stop.user_id,
                stop.token_id,
                [rule.value for rule in rules],
                by,
                reason,
                at,
                request.update_id if request else None,
                notices_to_json(notices),
            )
            if lifted is None:
                raise Refusal("already_done")
            if holders is not None and lifted:
                await tell_holders(connection, stop.token_id, holders)
        self._on_outbox(())

    async def to_close(
        self, stop: TradingStop, after: StoppedPosition | None, limit: int
    ) -> list[StoppedPosition]:
        """Give open paper positions that a stop is to close, by user and number, after one."""
        last = (0, 0) if after is None else (after.user_id, after.number)
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_TO_CLOSE, stop.user_id, stop.token_id, *last, limit)
        return [StoppedPosition(**row) for row in rows]

    async def live_to_close(self, stop: TradingStop, limit: int) -> list[StoppedLive]:
        """Give open live positions that a stop is to sell, and for which nothing is under way."""
        asked = (stop.user_id, stop.token_id, str(stop.stop_id), limit)
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_LIVE_TO_CLOSE, *asked)
        return [StoppedLive(**{**row, "units": int(row["units"])}) for row in rows]

    async def count_open(self, stop: TradingStop, *, with_live: bool = False) -> int:
        """Give how many positions a stop has still to close."""
        modes = [mode.value for mode in Mode if with_live or mode is not Mode.LIVE]
        async with connected(self._pool) as connection:
            return int(await connection.fetchval(_COUNT, stop.user_id, stop.token_id, modes))

    async def note_progress(
        self, stop: TradingStop, *, planned: int, at: datetime | None, notices: Sequence[Notice]
    ) -> None:
        """Write down how many there were, and queue what is told of it, together."""
        ending = {"update_id": None, "failure": "", "notices": notices_to_json(notices)}
        async with connected(self._pool) as connection, connection.transaction():
            await connection.execute(_PROGRESS, stop.user_id, stop.stop_id, planned, at)
            if notices:
                await connection.fetchval(_QUEUE, json_array([to_json(ending)]))
        if notices:
            self._on_outbox(())


def _job(stop: TradingStop) -> str:
    where = "" if stop.token_id is None else f":{stop.token_id}"
    return f"job:{stop.rule}{where}:{stop.began_at}"


def _stop(row: asyncpg.Record) -> TradingStop:
    return TradingStop(
        stop_id=row["stop_id"],
        user_id=row["user_id"],
        token_id=row["token_id"],
        rule=StopRule(row["rule"]),
        actor_id=row["actor_id"],
        reason=row["reason"],
        closes=row["closes"],
        began_at=row["began_at"],
        closed_at=row["closed_at"],
        lifted_at=row["lifted_at"],
        lifted_by=row["lifted_by"],
        chat_id=row["chat_id"],
        message_id=row["message_id"],
        planned=row["planned"],
    )
