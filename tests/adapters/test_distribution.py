"""The schema can be cut by user: each key holds the column, or a page says which does not."""

import re
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from bot.adapters.database.connection import Pool

PAGE = Path(__file__).parents[2] / "docs" / "growing-the-database.md"
EVERY_NODE = "every node"
_TABLES = """
    SELECT c.relname AS name, array_agg(a.attname) AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND NOT c.relispartition
    GROUP BY 1
"""
_KEYS = """
    SELECT i.indrelid::regclass::text AS name, i.indisprimary AS is_primary,
           array_agg(coalesce(a.attname, 'expression') ORDER BY k.place) AS columns
    FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
    WHERE i.indisunique AND i.indrelid IN (SELECT oid FROM pg_class
      WHERE relnamespace = 'public'::regnamespace)
    GROUP BY i.indexrelid, 1, 2
"""
_REFERENCES = """
    SELECT conrelid::regclass::text AS name, confrelid::regclass::text AS target,
           ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS k(n, o)
                 JOIN pg_attribute ON attrelid = conrelid AND attnum = n ORDER BY o) AS columns,
           ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY AS k(n, o)
                 JOIN pg_attribute ON attrelid = confrelid AND attnum = n ORDER BY o) AS targets
    FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
"""
Row = tuple[str, ...]


def _rows(head: str) -> Iterator[Row]:
    """Give the rows of the page's table that begins with a head, without their marks."""
    _, _, rest = PAGE.read_text("utf-8").partition(f"| {head} |")
    for line in rest.splitlines()[2:]:
        if not line.startswith("| "):
            return
        yield tuple(cell.strip().replace("`", "") for cell in line.strip("| ").split(" | "))


def _otherwise() -> dict[str, str]:
    return {row[0]: row[1] for row in _rows("table | spread by | why")}


def _keys_left() -> set[Row]:
    head = "table | key without the column | what it guards | what takes its place"
    return {row[:2] for row in _rows(head)}


async def _spread(database: Pool) -> dict[str, str]:
    """Give the column of each table that is to be spread."""
    otherwise, spread = _otherwise(), {}
    for row in await database.fetch(_TABLES):
        column = otherwise.get(row["name"], "user_id")
        if column in row["columns"]:
            spread[row["name"]] = column
        else:
            assert column in {EVERY_NODE, "user_id"}, row["name"]
            assert "chat_id" not in row["columns"], f"{row['name']}: say in {PAGE.name} by what"
    assert set(otherwise) <= {*spread, *(n for n, c in otherwise.items() if c == EVERY_NODE)}
    return spread


async def test_every_key_of_a_users_table_holds_the_user_or_is_argued(database: Pool) -> None:
    spread, left = await _spread(database), set()
    for row in await database.fetch(_KEYS):
        column, columns = spread.get(row["name"]), row["columns"]
        if column is not None and column not in columns:
            left.add((row["name"], ", ".join(columns)))
        elif column == "user_id" and row["is_primary"]:
            assert columns[0] == "user_id", f"{row['name']}: its primary key must lead with it"
    assert left == _keys_left(), f"a key was added or mended: see {PAGE.name}"


async def test_every_foreign_key_stays_with_its_user_or_is_argued(database: Pool) -> None:
    spread, across = await _spread(database), set()
    argued = {row[:2] for row in _rows("table | foreign key across | what takes its place")}
    for row in await database.fetch(_REFERENCES):
        column, other = spread.get(row["name"]), spread.get(row["target"])
        if column is None or other is None:
            assert other is None, f"{row['name']} is on every node and refers to {row['target']}"
            continue
        pairs = zip(row["columns"], row["targets"], strict=True)
        if (column, other) not in pairs:
            across.add((row["name"], ", ".join(row["columns"])))
    assert across == argued, f"a foreign key was added or mended: see {PAGE.name}"


async def test_postgresql_cuts_what_is_ready_into_partitions(database: Pool) -> None:
    spread, unready = await _spread(database), {name for name, _ in _keys_left()}
    async with database.acquire() as connection, connection.transaction():
        await connection.execute("CREATE SCHEMA cut")
        for name, column in spread.items():
            make = (
                f"CREATE TABLE cut.{name} (LIKE public.{name} INCLUDING ALL)"
                f" PARTITION BY HASH ({column})"
            )
            if name not in unready:
                await connection.execute(make)
                continue
            with pytest.raises(asyncpg.FeatureNotSupportedError):
                async with connection.transaction():
                    await connection.execute(make)


def test_the_page_names_keys_as_the_catalogue_does() -> None:
    assert all(re.fullmatch(r"[a-z_]+(, [a-z_]+)*", columns) for _, columns in _keys_left())
