"""What people watch, in PostgreSQL, within the caps of their roles."""

from collections.abc import Sequence

from bot.adapters.database.connection import Pool, connected
from bot.ports.watchlist import Watched

# The person's row is their lock: two requests at once cannot both take the last place.
_LOCK = "SELECT role FROM users WHERE user_id = $1 FOR UPDATE"
_STATE = """
    SELECT count(*) AS watched, coalesce(bool_or(w.token_id = $2), false) AS is_known,
           (SELECT value FROM role_limits WHERE role = $3 AND name = 'watched_tokens') AS most
    FROM watchlist w WHERE w.user_id = $1
"""
_ADD = "INSERT INTO watchlist (user_id, token_id) VALUES ($1, $2)"
_DROP = "DELETE FROM watchlist WHERE user_id = $1 AND token_id = $2"
_WATCHED = "SELECT token_id FROM watchlist WHERE user_id = $1 ORDER BY added_at, token_id"


class PostgresWatchlist:
    """Implements `WatchShelf`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def watch(self, user_id: int, token_id: int) -> Watched:
        """Add a token, unless it is there or the role's cap is reached."""
        async with connected(self._pool) as connection, connection.transaction():
            role = await connection.fetchval(_LOCK, user_id)
            state = await connection.fetchrow(_STATE, user_id, token_id, role)
            assert state is not None, "a count always answers"  # noqa: S101
            limit = None if state["most"] is None else int(state["most"])
            is_full = limit is not None and state["watched"] >= limit
            is_new = not state["is_known"] and not is_full
            if is_new:
                await connection.execute(_ADD, user_id, token_id)
        return Watched(is_new=is_new, is_full=is_full and not state["is_known"], limit=limit)

    async def unwatch(self, user_id: int, token_id: int) -> bool:
        """Take a token off; tells whether it was there."""
        async with connected(self._pool) as connection:
            done = await connection.execute(_DROP, user_id, token_id)
        return not done.endswith(" 0")

    async def watched(self, user_id: int) -> Sequence[int]:
        """Give the token ids that a person watches, the longest watched first."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_WATCHED, user_id)
        return [row["token_id"] for row in rows]
