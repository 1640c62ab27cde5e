"""A database that has no room left for some tables: it answers as PostgreSQL does, 53100."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot.adapters.database.connection import Pool

_FULL = """
    CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
    END $$
"""


@asynccontextmanager
async def full_disk(pool: Pool, tables: Sequence[str]) -> AsyncIterator[None]:
    """Let every INSERT into these tables fail with `disk_full` for the length of a block.

    This is what a table that cannot grow looks like to a client, and no more: a full disk under
    the write-ahead log stops the whole server, which an immediate stop stands for.
    """
    await pool.execute(_FULL)
    for table in tables:
        await pool.execute(
            f"CREATE TRIGGER disk_is_full BEFORE INSERT ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION disk_is_full()"
        )
    try:
        yield
    finally:
        await pool.execute("DROP FUNCTION disk_is_full() CASCADE")
