"""Graduations in PostgreSQL: each written down once, with what its holders are told."""

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.holders import tell_holders
from bot.adapters.database.mail import OnOutbox
from bot.domain.graduations import Graduation
from bot.ports.graduations import Tell

_NOTE = """
    INSERT INTO token_graduations (token_id, from_pool, from_kind, to_pool, to_kind, noticed_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (token_id, to_pool) DO NOTHING RETURNING token_id
"""


class PostgresGraduations:
    """Implements `bot.ports.graduations.GraduationBook`."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def note(self, graduation: Graduation, tell: Tell) -> bool:
        """Write a move down and queue what holders are told, in one transaction."""
        values = (
            graduation.token_id,
            graduation.from_pool,
            graduation.from_kind.value,
            graduation.to_pool,
            graduation.to_kind.value,
            graduation.noticed_at,
        )
        async with connected(self._pool) as connection, connection.transaction():
            if await connection.fetchrow(_NOTE, *values) is None:
                return False
            queued = await tell_holders(connection, graduation.token_id, tell)
        if queued:
            self._on_outbox(queued)
        return True
