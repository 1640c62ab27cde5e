"""Counts what the database holds, by its states."""

from collections.abc import Mapping, Sequence

import asyncpg

from bot.adapters.database.connection import Pool, connected
from bot.ports.census import Tally

_COUNTED: Mapping[str, str] = {
    # Every season counts its own orders, so nobody has to count millions of rows.
    "orders_filled": """
        SELECT mode, sum(last_order)::bigint AS count FROM virtual_wallets GROUP BY mode
    """,
    "orders_waiting": """
        SELECT mode, kind, count(*) AS count FROM resting_orders
        WHERE state = 'working' GROUP BY mode, kind
    """,
    "orders": """
        SELECT mode, state, count(*) AS count FROM resting_orders GROUP BY mode, state
    """,
    "positions_open": """
        SELECT mode, side, count(*) AS count FROM positions WHERE state = 'open'
        GROUP BY mode, side
    """,
    "live_orders": "SELECT state, count(*) AS count FROM live_intents GROUP BY state",
    "live_attempts": "SELECT state, count(*) AS count FROM live_attempts GROUP BY state",
    "users": "SELECT status, count(*) AS count FROM users GROUP BY status",
}


class PostgresCensus:
    """Implements `Census`: one statement for each of what is counted, on one connection."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def tallies(self) -> Sequence[Tally]:
        """Count everything, each by the columns that its statement names."""
        found: list[Tally] = []
        async with connected(self._pool) as connection:
            for what, statement in _COUNTED.items():
                found += [_tally(what, row) for row in await connection.fetch(statement)]
        return found


def _tally(what: str, row: asyncpg.Record) -> Tally:
    labels = {name: str(told) for name, told in row.items() if name != "count"}
    return Tally(what=what, of=labels, count=row["count"])
