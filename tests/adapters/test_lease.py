"""One bot for one database, and no longer than it lives."""

import asyncio

import asyncpg
import pytest

from bot.adapters.database.connection import Pool
from bot.adapters.database.lease import AnotherBotError, Lease
from bot.domain.errors import Unavailable
from tests.fixtures import within

HOLDER = """
    SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted
"""
END = "SELECT pg_terminate_backend($1)"


async def test_a_second_bot_is_turned_away_with_what_to_do(database_dsn: str) -> None:
    first, second = Lease(database_dsn), Lease(database_dsn, patience_seconds=0.5)
    await first.take()
    with pytest.raises(AnotherBotError, match="another Kitrader works on it"):
        await second.take()
    await first.give_back()
    await second.take()
    await second.give_back()


async def test_whoever_waits_has_it_as_soon_as_the_other_is_gone(
    database: Pool, database_dsn: str
) -> None:
    first, second = Lease(database_dsn), Lease(database_dsn)
    await first.take()
    async with within(30), asyncio.TaskGroup() as group:
        group.create_task(second.take())
        await asyncio.sleep(0.1)
        await database.execute(
            END, await database.fetchval(HOLDER)
        )  # as when its process is killed
    await second.give_back()
    await first.give_back()


async def test_it_is_taken_again_after_the_database_was_away(
    database: Pool, database_dsn: str
) -> None:
    lease = Lease(database_dsn)
    await lease.take()
    keeping = asyncio.get_running_loop().create_task(lease.keep())
    before = await database.fetchval(HOLDER)
    await database.execute(END, await database.fetchval(HOLDER))
    async with within(30):
        while (after := await database.fetchval(HOLDER)) in (None, before):  # noqa: ASYNC110 (a database tells no events)
            await asyncio.sleep(0.05)
    assert after != before
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await lease.give_back()


async def test_a_bot_whose_lease_another_has_ends(database: Pool, database_dsn: str) -> None:
    first, second = Lease(database_dsn, patience_seconds=0.5), Lease(database_dsn)
    await first.take()
    await database.execute(END, await database.fetchval(HOLDER))
    await second.take()
    async with within(30):
        with pytest.raises(AnotherBotError):
            await first.keep()
    await second.give_back()
    await first.give_back()


async def test_a_database_that_is_not_there_is_told_apart(unused_tcp_port: int) -> None:
    lease = Lease(f"postgresql://nobody@127.0.0.1:{unused_tcp_port}/nowhere")
    with pytest.raises(Unavailable) as refused:
        await lease.take()
    assert not isinstance(refused.value, AnotherBotError)
    assert not isinstance(refused.value.__cause__, asyncpg.PostgresError)
