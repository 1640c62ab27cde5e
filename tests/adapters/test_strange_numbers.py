"""No figure of a user can be NaN or infinite: each column is asked, also those to come."""

import asyncpg
import pytest

from bot.adapters.database.connection import Pool

_NUMERIC = """
    SELECT c.relname AS relation, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND NOT c.relispartition
      AND a.atttypid IN ('numeric'::regtype, 'float8'::regtype, 'float4'::regtype)
      AND a.attnum > 0 AND NOT a.attisdropped
      AND EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = c.oid AND o.attname = 'user_id')
"""
_CHECKS = """
    SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint
    JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
    WHERE contype = 'c' AND cardinality(conkey) = 1
      AND conrelid = $1::text::regclass AND attname = $2
"""


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
async def test_no_figure_of_a_user_is_anything_but_a_number(database: Pool, number: str) -> None:
    columns = await database.fetch(_NUMERIC)
    assert len(columns) > 15
    takes = [
        f"{column['relation']}.{column['name']}"
        for column in columns
        if await is_taken(database, column, number)
    ]
    assert takes == [], takes


async def is_taken(database: Pool, column: asyncpg.Record, number: str) -> bool:
    """Tell whether type and checks of a column let a number pass, whatever else is in its row."""
    name = column["name"]
    checks = [row[0] for row in await database.fetch(_CHECKS, column["relation"], name)]
    condition = " AND ".join(checks) or "true"
    query = f"SELECT {condition} FROM (SELECT $1::text::{column['type']} AS {name}) of_it"  # noqa: S608
    try:
        return await database.fetchval(query, number) is not False
    except asyncpg.NumericValueOutOfRangeError:
        return False
