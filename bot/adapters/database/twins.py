"""Live orders beside their paper twins, read from PostgreSQL."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import asyncpg
from pydantic import TypeAdapter

from bot.adapters.database.connection import Pool, connected
from bot.domain.landing_model import Landings
from bot.domain.orders import Fill
from bot.domain.twins import Twins, gap_of

_FILL = TypeAdapter(Fill)
_NEWEST = """
    SELECT i.token_id, i.twin, o.receipt -> 'fill' AS fill, o.sol_lamports,
           o.filled_at - i.decided_at AS latency
    FROM live_intents i
    JOIN orders o ON o.user_id = i.user_id AND o.mode = 'live' AND o.season = i.wallet_number
      AND o.number = i.order_number
    WHERE i.user_id = $1 AND i.state = 'filled' AND i.twin IS NOT NULL AND i.decided_at >= $2
    ORDER BY i.decided_at DESC LIMIT $3
"""
# Of each person only so many: nobody's bad day is everybody's model.
_LANDINGS = """
    SELECT state, seconds FROM (
      SELECT a.state, a.signed_at,
             extract(epoch FROM a.landed_at - i.decided_at)::double precision AS seconds,
             row_number() OVER (PARTITION BY a.user_id ORDER BY a.signed_at DESC) AS place
      FROM live_attempts a
      JOIN live_intents i ON i.user_id = a.user_id AND i.number = a.intent_number
      WHERE a.signed_at >= $1 AND a.number = 1
        AND a.state IN ('confirmed', 'finalized', 'failed', 'expired')) newest
    WHERE place <= $3 ORDER BY signed_at DESC LIMIT $2
"""


class PostgresTwins:
    """Implements `bot.ports.twins.TwinBook`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def newest(self, user_id: int, *, since: datetime, limit: int) -> Sequence[Twins]:
        """Give somebody's filled live orders that have a twin."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_NEWEST, user_id, since, limit)
        return list(twins_of(rows))

    async def landings(self, *, since: datetime, limit: int, limit_each: int) -> Landings:
        """Give how the newest attempts of everybody landed."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_LANDINGS, since, limit, limit_each)
        landed = [row["seconds"] for row in rows if row["state"] in {"confirmed", "finalized"}]
        return Landings(
            seconds=tuple(seconds for seconds in landed if seconds is not None),
            failures=len(rows) - len(landed),
        )


def twins_of(rows: Sequence[asyncpg.Record]) -> Iterator[Twins]:
    """Read live fills beside their twins, as the statements of twins give them."""
    for row in rows:
        live, twin = _FILL.validate_python(row["fill"]), _FILL.validate_python(row["twin"])
        gap = gap_of(live, twin, row["latency"])
        if gap is not None:
            yield Twins(token_id=row["token_id"], lamports=int(row["sol_lamports"]), gap=gap)
