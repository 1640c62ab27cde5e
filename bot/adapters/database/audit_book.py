"""The audit log in PostgreSQL for people: pages of it, and rows that no other change writes."""

from collections.abc import Collection, Mapping, Sequence

from bot.adapters.database.connection import Pool, connected
from bot.domain.audit import AuditEntry
from bot.ports.audit import AuditQuery, NewEntry

_ADD = "INSERT INTO audit_log (user_id, actor_id, action, details) VALUES ($1, $2, $3, $4)"
_PAGE = """
    SELECT user_id, audit_id, actor_id, action, details, at FROM audit_log
    WHERE ($1::bigint IS NULL OR audit_id < $1) AND ($2::text[] IS NULL OR action = ANY ($2)){more}
    ORDER BY audit_id DESC LIMIT $3
"""
_ABOUT, _BY = _PAGE.format(more=" AND user_id = $4"), _PAGE.format(more=" AND actor_id = $4")
_OF_ALL = _PAGE.format(more="")
_OF_ONE = f"({_ABOUT}) UNION ({_BY}) ORDER BY audit_id DESC LIMIT $3"
_LOOKS = _PAGE.format(more=" AND user_id = $4 AND actor_id <> $4")
# From one action to the next over the index, however many rows there are of each.
_ACTIONS = """
    WITH RECURSIVE found(action) AS (
      (SELECT action FROM audit_log ORDER BY action LIMIT 1)
      UNION ALL
      SELECT (SELECT a.action FROM audit_log a WHERE a.action > found.action
              ORDER BY a.action LIMIT 1)
      FROM found WHERE found.action IS NOT NULL)
    SELECT action FROM found WHERE action IS NOT NULL
"""
_NAMES = "SELECT user_id, first_name FROM users WHERE user_id = ANY ($1)"


class PostgresAuditBook:
    """Implements `bot.ports.audit.AuditBook`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def add(self, entries: Sequence[NewEntry]) -> None:
        """Write rows in one transaction, in the order of the people they concern."""
        ordered = sorted(entries, key=lambda entry: entry.user_id)
        rows = [(one.user_id, one.actor_id, one.action, dict(one.details)) for one in ordered]
        async with connected(self._pool) as connection:
            await connection.executemany(_ADD, rows)

    async def page(self, query: AuditQuery, limit: int) -> list[AuditEntry]:
        """Give rows, the newest first."""
        actions = None if query.actions is None else list(query.actions)
        asked: list[object] = [query.before, actions, limit]
        text = _OF_ALL
        if query.person is not None:
            text = _LOOKS if query.only_by_others else _OF_ONE
            asked.append(query.person)
        async with connected(self._pool) as connection:
            return [AuditEntry(**row) for row in await connection.fetch(text, *asked)]

    async def actions(self) -> frozenset[str]:
        """Give every action that there is a row of."""
        async with connected(self._pool) as connection:
            return frozenset(row["action"] for row in await connection.fetch(_ACTIONS))

    async def names(self, user_ids: Collection[int]) -> Mapping[int, str]:
        """Give the first names of those that are known."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_NAMES, list(user_ids))
        return {row["user_id"]: row["first_name"] for row in rows}
