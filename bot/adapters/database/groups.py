"""Groups, their people and their calls in PostgreSQL, and texts to everybody."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import asyncpg

from bot.adapters.database.connection import Pool, connected, json_array, to_json
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import notices_to_json
from bot.domain.errors import Refusal
from bot.domain.groups import Call, GroupSettings, settings_from
from bot.domain.notices import Notice, Priority
from bot.domain.requests import Request
from bot.ports.groups import BroadcastAnswer, Totals

_KEEP = """
    INSERT INTO groups (chat_id, settings, set_up_by) VALUES ($1, $2, $3)
    ON CONFLICT (chat_id) DO UPDATE
      SET settings = excluded.settings, set_up_by = excluded.set_up_by, updated_at = now()
"""
_NOTE = "INSERT INTO audit_log (user_id, actor_id, action, details) VALUES ($1, $1, $2, $3)"
_END = "SELECT is_closed[1] FROM close_updates($1::text::jsonb)"
_MARK_GONE = """
    UPDATE groups SET settings = settings || jsonb_build_object('gone', $2::boolean)
    WHERE chat_id = $1
"""
_MET = """
    INSERT INTO group_people (user_id, chat_id) VALUES ($1, $2)
    ON CONFLICT (user_id, chat_id) DO UPDATE SET met_at = now()
"""
_PEOPLE = """
    SELECT p.user_id FROM group_people p JOIN users u USING (user_id)
    WHERE p.chat_id = $1 ORDER BY p.met_at DESC, p.user_id LIMIT $2
"""
_CALL = """
    INSERT INTO group_calls (chat_id, token_id, user_id, price, called_at)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
"""
_CALLS = """
    SELECT c.*, u.first_name AS caller, greatest(c.price, (
      SELECT max(k.high) FROM candles k
      WHERE k.token_id = c.token_id AND k.opened_at >= c.called_at
    )) AS best
    FROM group_calls c JOIN users u USING (user_id)
"""
_ONE_CALL = _CALLS + "WHERE c.chat_id = $1 AND c.token_id = $2"
_OF_GROUP = _CALLS + "WHERE c.chat_id = $1 ORDER BY c.called_at DESC LIMIT $2"
_OF_GROUPS = """
    SELECT c.*, u.first_name AS caller, c.price AS best
    FROM group_calls c JOIN users u USING (user_id) WHERE c.chat_id = ANY($1)
"""
_TOLD = """
    UPDATE group_calls SET told_times = $3
    WHERE chat_id = $1 AND token_id = $2 AND told_times < $3 RETURNING told_times
"""
_OPEN = """
    FROM positions p JOIN virtual_wallets w USING (user_id, mode, season)
    WHERE p.state = 'open' AND p.mode = 'paper' AND w.is_current
"""
_TOTALS = """
    SELECT (SELECT count(*) FROM users) AS people,
           (SELECT count(DISTINCT user_id) FROM orders
            WHERE filled_at > now() - interval '1 day') AS active_today,
           (SELECT count(*) FROM resting_orders WHERE state = 'working') AS waiting_orders,
           count(*) AS open_positions,
           coalesce(sum(p.cost_lamports) FILTER (WHERE p.side = 'long'), 0) AS long_lamports,
           coalesce(sum(p.margin_lamports) FILTER (WHERE p.side = 'short'), 0) AS margin_lamports
"""
_BY_TOKEN = f"""
    SELECT p.token_id, count(*) AS positions,
           sum(CASE WHEN p.side = 'long' THEN p.cost_lamports ELSE p.margin_lamports END) AS held
    {_OPEN} GROUP BY p.token_id ORDER BY held DESC, p.token_id LIMIT 8
"""


class PostgresGroups:
    """Implements `bot.ports.groups.GroupBook`."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def load(self) -> tuple[list[GroupSettings], Mapping[int, int]]:
        """Give what was set up, and what moved."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch("SELECT chat_id, settings FROM groups")
            moves = await connection.fetch("SELECT old_chat_id, new_chat_id FROM group_moves")
        return (
            [settings_from(row["chat_id"], row["settings"]) for row in rows],
            {row["old_chat_id"]: row["new_chat_id"] for row in moves},
        )

    async def keep(
        self, request: Request, settings: GroupSettings, notices: Sequence[Notice]
    ) -> None:
        """Keep settings, audit them and end the update."""
        told = {**settings.as_json(), "chat_id": settings.chat_id}
        by = request.user.user_id
        async with connected(self._pool) as connection, connection.transaction():
            if not await connection.fetchval(_END, _ending(request, notices)):
                raise Refusal("already_done")
            await connection.execute(_KEEP, settings.chat_id, settings.as_json(), by)
            await connection.execute(_NOTE, by, "group.set_up", told)
        self._on_outbox(())

    async def mark_gone(self, chat_id: int, *, is_gone: bool) -> None:
        """Keep whether the bot is gone from a group."""
        async with connected(self._pool) as connection:
            await connection.execute(_MARK_GONE, chat_id, is_gone)

    async def move(self, old_chat_id: int, new_chat_id: int) -> bool:
        """Let all of a group follow it."""
        async with connected(self._pool) as connection:
            moved = await connection.fetchval("SELECT move_group($1, $2)", old_chat_id, new_chat_id)
        return bool(moved)

    async def met(self, user_id: int, chat_id: int) -> None:
        """Remember somebody in a group."""
        async with connected(self._pool) as connection:
            await connection.execute(_MET, user_id, chat_id)

    async def people(self, chat_id: int, limit: int) -> list[int]:
        """Give who used the bot in a group."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_PEOPLE, chat_id, limit)
        return [row["user_id"] for row in rows]

    async def call(
        self, chat_id: int, token_id: int, user_id: int, price: Decimal, at: datetime
    ) -> Call:
        """Give who called a token first."""
        async with connected(self._pool) as connection:
            await connection.execute(_CALL, chat_id, token_id, user_id, price, at)
            row = await connection.fetchrow(_ONE_CALL, chat_id, token_id)
        assert row is not None, "what was written is there"  # noqa: S101
        return _call(row)

    async def calls(self, chat_id: int, limit: int) -> list[Call]:
        """Give the calls of a group."""
        async with connected(self._pool) as connection:
            return [_call(row) for row in await connection.fetch(_OF_GROUP, chat_id, limit)]

    async def followed_calls(self, chat_ids: Sequence[int]) -> list[Call]:
        """Give the calls of groups that want news."""
        async with connected(self._pool) as connection:
            return [_call(row) for row in await connection.fetch(_OF_GROUPS, list(chat_ids))]

    async def told(self, call: Call, times: int, notices: Sequence[Notice]) -> None:
        """Queue news of a call once."""
        ending = {"update_id": None, "failure": "", "notices": notices_to_json(notices)}
        async with connected(self._pool) as connection, connection.transaction():
            known = await connection.fetchval(_TOLD, call.chat_id, call.token_id, times)
            if known is None:
                return
            await connection.fetchval(_END, json_array([to_json(ending)]))
        self._on_outbox(())

    async def totals(self) -> Totals:
        """Give the sums over everybody."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_TOTALS + _OPEN)
            tokens = await connection.fetch(_BY_TOKEN)
        assert row is not None, "a query of sums always answers"  # noqa: S101
        return Totals(
            **{name: int(value) for name, value in row.items()},
            by_token=tuple((one["token_id"], one["positions"], int(one["held"])) for one in tokens),
        )

    async def note(self, request: Request, action: str, details: Mapping[str, object]) -> None:
        """Write what an admin does into the audit log."""
        async with connected(self._pool) as connection:
            await connection.execute(_NOTE, request.user.user_id, action, dict(details))


class PostgresBroadcasts:
    """Implements `bot.ports.groups.BroadcastBook`."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def receivers(self) -> int:
        """Count who would get a text."""
        async with connected(self._pool) as connection:
            return int(await connection.fetchval("SELECT count(*) FROM broadcast_receivers()"))

    async def send(
        self, request: Request, payload: Mapping[str, object], answer: BroadcastAnswer
    ) -> None:
        """Queue a text for everybody and end the update, once."""
        async with connected(self._pool) as connection, connection.transaction():
            reached = await connection.fetchval(
                "SELECT send_to_everybody($1, $2, $3)",
                request.user.user_id,
                dict(payload),
                int(Priority.BROADCAST),
            )
            if not await connection.fetchval(_END, _ending(request, answer(reached))):
                raise Refusal("already_done")
        self._on_outbox(())


def _ending(request: Request, notices: Sequence[Notice]) -> str:
    ending = {
        "update_id": request.update_id,
        "failure": "",
        "notices": notices_to_json(notices),
    }
    return json_array([to_json(ending)])


def _call(row: asyncpg.Record) -> Call:
    return Call(**dict(row))
