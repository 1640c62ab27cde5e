"""Freezes that people put on their own accounts, in PostgreSQL."""

from collections.abc import Callable, Sequence
from datetime import datetime

import asyncpg

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import user_from
from bot.adapters.database.telling import audit, tell
from bot.adapters.database.web_sessions import end_sessions
from bot.domain.errors import Refusal
from bot.domain.freezes import OwnFreeze
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import User

_STANDING = """
    SELECT freeze_id, user_id, frozen_at, asked_at, due_at FROM own_freezes
    WHERE user_id = $1 AND ended_at IS NULL
"""
_FREEZE = """
    UPDATE users SET status = 'frozen', froze_self = true
    WHERE user_id = $1 AND status = 'active'
"""
_NOTE = "INSERT INTO own_freezes (user_id, frozen_at) VALUES ($1, $2)"
_ASK = """
    UPDATE own_freezes SET asked_at = $3, due_at = $4
    WHERE user_id = $1 AND freeze_id = $2 AND ended_at IS NULL AND asked_at IS NULL
"""
_KEEP = """
    UPDATE own_freezes SET asked_at = NULL, due_at = NULL
    WHERE user_id = $1 AND ended_at IS NULL AND asked_at IS NOT NULL
"""
_DUE = """
    SELECT freeze_id, user_id, frozen_at, asked_at, due_at FROM own_freezes
    WHERE ended_at IS NULL AND due_at <= $1 LIMIT 100
"""
_END = """
    UPDATE own_freezes SET ended_at = $3
    WHERE user_id = $1 AND freeze_id = $2 AND ended_at IS NULL AND due_at <= $3
"""
_THAW = """
    UPDATE users u SET status = 'active', froze_self = false
    WHERE user_id = $1 AND status = 'frozen' AND froze_self RETURNING to_jsonb(u)
"""


class PostgresFreezes:
    """Implements `bot.ports.freezes.FreezeBook`."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def standing(self, user_id: int) -> OwnFreeze | None:
        """Give the freeze that a person put on themselves and that stands."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_STANDING, user_id)
        return None if row is None else OwnFreeze(**row)

    async def freeze(
        self,
        user_id: int,
        at: datetime,
        notices: Sequence[Notice],
        *,
        request: Request | None = None,
        keep_session: int = 0,
    ) -> bool:
        """Freeze an active account and end its web sessions; tells whether it was active."""
        async with connected(self._pool) as connection, connection.transaction():
            is_new = await connection.execute(_FREEZE, user_id) == "UPDATE 1"
            if is_new:
                await connection.execute(_NOTE, user_id, at)
            await end_sessions(connection, user_id, at, but=keep_session)
            if not await tell(connection, notices, request):
                raise Refusal("already_done")
            if is_new:
                await audit(connection, user_id, "status.changed", {"to": "frozen", "by": "self"})
        self._on_outbox(())
        return is_new

    async def ask(
        self, freeze: OwnFreeze, at: datetime, due_at: datetime, notices: Sequence[Notice]
    ) -> bool:
        """Let a freeze end later; tells whether it still stood and nobody had asked."""
        async with connected(self._pool) as connection, connection.transaction():
            told = await connection.execute(_ASK, freeze.user_id, freeze.freeze_id, at, due_at)
            if told != "UPDATE 1":
                return False
            details = {"due_at": due_at.isoformat()}
            await tell(connection, notices)
            await audit(connection, freeze.user_id, "unfreeze.asked", details)
        self._on_outbox(())
        return True

    async def keep(
        self,
        user_id: int,
        notices: Sequence[Notice],
        *,
        request: Request | None = None,
    ) -> bool:
        """Let a freeze stand after all; tells whether its end had been asked for."""
        async with connected(self._pool) as connection, connection.transaction():
            if await connection.execute(_KEEP, user_id) != "UPDATE 1":
                return False
            if not await tell(connection, notices, request):
                raise Refusal("already_done")
            await audit(connection, user_id, "unfreeze.cancelled")
        self._on_outbox(())
        return True

    async def lift_due(
        self, at: datetime, notices: Callable[[User], Sequence[Notice]]
    ) -> list[int]:
        """End the freezes that are due; gives whose."""
        async with connected(self._pool) as connection:
            due = [OwnFreeze(**row) for row in await connection.fetch(_DUE, at)]
            lifted = [one.user_id for one in due if await self._lift(connection, one, at, notices)]
        if lifted:
            self._on_outbox(())
        return lifted

    async def _lift(
        self,
        connection: asyncpg.pool.PoolConnectionProxy,
        freeze: OwnFreeze,
        at: datetime,
        notices: Callable[[User], Sequence[Notice]],
    ) -> bool:
        async with connection.transaction():
            # In the order in which an admin's freeze takes them, or the two wait for each other.
            row = await connection.fetchval(_THAW, freeze.user_id)
            ended = await connection.execute(_END, freeze.user_id, freeze.freeze_id, at)
            if row is None or ended != "UPDATE 1":
                return False
            details = {"to": "active", "by": "self"}
            await tell(connection, notices(user_from(row)))
            await audit(connection, freeze.user_id, "status.changed", details)
        return True
