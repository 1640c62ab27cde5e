"""What every connection of the bot asks of the database."""

import pytest

from bot.adapters.database.connection import Pool
from bot.adapters.database.embedded_cluster import _SETTINGS
from bot.domain.errors import Unavailable
from tests.builders.books import books_on, decided_long, known_token, meet
from tests.fixtures import within


async def test_a_commit_is_on_the_disk_before_anybody_is_told(database: Pool) -> None:
    # Whatever the server or the role would do by itself.
    assert await database.fetchval("SHOW synchronous_commit") == "on"
    assert {_SETTINGS[name] for name in ("fsync", "full_page_writes", "synchronous_commit")} == {
        "on"
    }


async def test_only_the_mark_of_a_sent_message_does_not_wait_for_the_disk(database: Pool) -> None:
    async with database.acquire() as connection:
        async with connection.transaction():
            await connection.execute("SELECT mark_sent('{}', '{}', '{}')")
            assert await connection.fetchval("SHOW synchronous_commit") == "off"
        assert await connection.fetchval("SHOW synchronous_commit") == "on"


async def test_a_session_is_known_by_its_name(database: Pool) -> None:
    assert await database.fetchval("SHOW application_name") == "kitrader"


async def test_a_row_that_somebody_holds_for_too_long_is_an_outage(database: Pool) -> None:
    books = books_on(database)
    ann, kept = await meet(books), await known_token(database)
    asked, settlement = await decided_long(books, ann, kept, request_id="tg:1")
    async with database.acquire() as holder, holder.transaction():
        await holder.execute("SELECT FROM virtual_wallets FOR UPDATE")
        assert await database.fetchval("SHOW lock_timeout") == "5s"
        async with within(15):
            with pytest.raises(Unavailable, match="LockNotAvailable"):
                await books.book(asked, settlement, [])
    await books.book(asked, settlement, [])
