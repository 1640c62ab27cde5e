"""Changes between processes in PostgreSQL, read by transaction and not by number."""

from collections.abc import Collection

import structlog

from bot.adapters.database.connection import Pool, connected
from bot.ports.changes import Change, ChangeKind, ChangesRead, Mark

_HORIZON = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_MARK = f"SELECT {_HORIZON}"
# Whoever is below the horizon has ended, so that what it wrote is seen now or never.
_SINCE = f"""
    SELECT now.horizon, c.id, c.xid, c.kind, c.key
    FROM (SELECT {_HORIZON} AS horizon) now LEFT JOIN changes c ON c.xid >= $1
    ORDER BY c.id
"""  # noqa: S608 (our own words)
_TELL = "INSERT INTO changes (kind, key) SELECT $1, unnest($2::bigint[])"
_KINDS = {kind.value: kind for kind in ChangeKind}
_log = structlog.get_logger(__name__)


class PostgresChanges:
    """Implements `bot.ports.changes.ChangeFeed`; triggers write what is read here."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def mark(self) -> Mark:
        """Give the mark of now."""
        async with connected(self._pool) as connection:
            return Mark(horizon=await connection.fetchval(_MARK))

    async def since(self, mark: Mark) -> ChangesRead:
        """Give all that was committed and not read by this mark."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_SINCE, mark.horizon)
        horizon = rows[0]["horizon"]
        found = [row for row in rows if row["id"] is not None]
        seen = frozenset(row["id"] for row in found if row["xid"] >= horizon)
        fresh = [row for row in found if row["id"] not in mark.seen]
        if unknown := {row["kind"] for row in fresh} - _KINDS.keys():
            # A newer version beside this one tells of what this one does not keep.
            _log.info("changes_of_unknown_kinds", kinds=sorted(unknown))
        return ChangesRead(
            changes=[
                Change(kind=_KINDS[row["kind"]], key=row["key"])
                for row in fresh
                if row["kind"] in _KINDS
            ],
            mark=Mark(horizon=horizon, seen=seen),
            is_broken=horizon < mark.horizon,
        )

    async def tell(self, kind: ChangeKind, keys: Collection[int]) -> None:
        """Tell of something that no table holds."""
        async with connected(self._pool) as connection:
            await connection.execute(_TELL, kind.value, list(keys))
