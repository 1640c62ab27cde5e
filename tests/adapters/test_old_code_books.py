"""The version before books on the newest schema, so that a deployment can go back to it."""

from pathlib import Path

import asyncpg

from tests.builders.old_code import before_the_last_migration, lay_out, run_its

BOOKING = """
import asyncio
import sys

from bot.adapters.database.connection import open_pool
from bot.domain.errors import Refusal
from bot.domain.users import Mode
from tests.builders.books import books_on, decided_long, known_token, meet


async def book(dsn):
    async with open_pool(dsn, size=4) as pool:
        books = books_on(pool)
        ann, kept = await meet(books), await known_token(pool)
        asked, settlement = await decided_long(books, ann, kept, request_id="tg:1")
        await books.book(asked, settlement, [])
        try:
            await books.book(asked, settlement, [])
        except Refusal as refusal:
            print(refusal.code, (await books.desk(1001, Mode.PAPER, "tg:1")).answered)


asyncio.run(book(sys.argv[1]))
"""


async def test_the_version_before_books_on_the_newest_schema(
    tmp_path: Path, database_dsn: str
) -> None:
    # Its tests and journeys run on the newest schema by benchmarks/old_code.py.
    lay_out(before_the_last_migration(), tmp_path)
    ran = run_its(tmp_path, "-c", BOOKING, database_dsn)
    assert ran.stdout == "already_done 1\n", ran.stderr[-2000:]
    connection = await asyncpg.connect(database_dsn)
    assert await connection.fetchval("SELECT count(*) FROM positions WHERE user_id = 1001") == 1
    await connection.close()
