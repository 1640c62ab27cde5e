"""Exports from PostgreSQL: one snapshot a file, read by a cursor, every figure exact."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.export_queries import FILLS, ORDERS, TRANSFERS, ExportQuery
from bot.domain.spreadsheets import Cell
from bot.domain.users import Mode
from bot.ports.exports import Export, Part

_ROWS_AT_ONCE = 200
_QUERIES: Mapping[Export, ExportQuery] = {
    Export.ORDERS: ORDERS,
    Export.FILLS: FILLS,
    Export.TRANSFERS: TRANSFERS,
}
_PARTS = """
    SELECT min(number) AS first, max(number) AS last, count(*) AS rows
    FROM (SELECT number, (row_number() OVER (ORDER BY number) - 1) / $4 AS part
          FROM ({numbers}) numbered) cut
    GROUP BY part ORDER BY part
"""


class PostgresExports:
    """Implements `bot.ports.exports.ExportBook`.

    Rows are numbered in the order they came, over all seasons, and never change once a file names
    them; only an order that waits may have gone on meanwhile.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def parts(
        self, user_id: int, mode: Mode, what: Export, since: datetime | None, most_rows: int
    ) -> list[Part]:
        """Cut what there is into files."""
        query = _PARTS.format(numbers=_QUERIES[what].numbers)
        async with connected(self._pool) as connection:
            rows = await connection.fetch(query, user_id, mode.value, since, most_rows)
        return [Part(first=row["first"], last=row["last"], rows=row["rows"]) for row in rows]

    async def rows(
        self, user_id: int, mode: Mode, what: Export, part: Part
    ) -> AsyncIterator[Sequence[Sequence[Cell]]]:
        """Give a file's rows, the names of the columns first."""
        asked = (user_id, mode.value, part.first, part.last)
        async with (
            connected(self._pool) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            statement = await connection.prepare(_QUERIES[what].rows)
            yield [[column.name for column in statement.get_attributes()]]
            cursor = await statement.cursor(*asked)
            while rows := await cursor.fetch(_ROWS_AT_ONCE):
                yield [tuple(row) for row in rows]
