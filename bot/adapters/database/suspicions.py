"""Suspicions in PostgreSQL: begun and ended once each, with what their holders are told."""

from collections.abc import Sequence
from datetime import datetime

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.holders import tell_holders
from bot.adapters.database.mail import OnOutbox
from bot.domain.price_trust import Suspicion, SuspicionCause
from bot.ports.suspicions import Tell

_STANDING = """
    SELECT token_id, cause, one, other, gap, began_at FROM price_suspicions
    WHERE ended_at IS NULL ORDER BY token_id
"""
_BEGIN = """
    INSERT INTO price_suspicions (token_id, cause, one, other, gap, began_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (token_id) WHERE ended_at IS NULL DO NOTHING RETURNING token_id
"""
_END = """
    UPDATE price_suspicions SET ended_at = greatest($2, began_at)
    WHERE token_id = $1 AND ended_at IS NULL RETURNING token_id
"""


class PostgresSuspicions:
    """Implements `bot.ports.suspicions.SuspicionBook`."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def standing(self) -> list[Suspicion]:
        """Give the suspicions that have not ended."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_STANDING)
        return [
            Suspicion(
                token_id=row["token_id"],
                cause=SuspicionCause(row["cause"]),
                one=row["one"],
                other=row["other"],
                gap=row["gap"],
                began_at=row["began_at"],
            )
            for row in rows
        ]

    async def begin(self, suspicion: Suspicion, tell: Tell) -> bool:
        """Write a suspicion down and queue what holders are told, in one transaction."""
        values = (
            suspicion.token_id,
            suspicion.cause.value,
            suspicion.one,
            suspicion.other,
            suspicion.gap,
            suspicion.began_at,
        )
        return await self._change(_BEGIN, values, suspicion.token_id, tell)

    async def end(self, token_id: int, at: datetime, tell: Tell) -> bool:
        """End a token's suspicion and queue what holders are told, in one transaction."""
        return await self._change(_END, (token_id, at), token_id, tell)

    async def _change(
        self, statement: str, values: Sequence[object], token_id: int, tell: Tell
    ) -> bool:
        async with connected(self._pool) as connection, connection.transaction():
            if await connection.fetchrow(statement, *values) is None:
                return False
            queued = await tell_holders(connection, token_id, tell)
        if queued:
            self._on_outbox(queued)
        return True
