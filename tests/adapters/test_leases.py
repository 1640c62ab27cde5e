"""Leases in PostgreSQL: shared fairly, handed over in order, and nothing left to who lapsed."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool, open_pool
from bot.adapters.database.health import PostgresHealth
from bot.adapters.database.leases import PostgresLeases
from bot.bootstrap.lease_keeping import LeaseKeeper, LeaseLapsedError
from bot.domain.errors import Unavailable
from bot.domain.health import Check
from bot.services.role_watch import RoleWatch
from tests.fakes.hand_clock import HandClock

CUT_OFF = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
NAMES = ("a/1", "a/2", "a/3", "a/4")
LONG_SECONDS, SHORT_SECONDS = 30.0, 1.0


@pytest.fixture
async def crowd(database_dsn: str) -> AsyncIterator["Crowd"]:
    """Processes of one kind over one database, their sessions closed at the end."""
    crowd = Crowd(database_dsn)
    yield crowd
    for leases in crowd.all:
        await leases.close()


class Crowd:
    """Makes processes that hold leases."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.all: list[PostgresLeases] = []

    async def join(self, number: int, seconds: float = LONG_SECONDS) -> PostgresLeases:
        leases = self.make(number, seconds)
        await leases.join(seconds)
        return leases

    def make(self, number: int, seconds: float = LONG_SECONDS) -> PostgresLeases:
        leases = PostgresLeases(self.dsn, kind="kind", holder=f"kind-{number}", seconds=seconds)
        self.all.append(leases)
        return leases

    async def lapse(self, number: int) -> None:
        """Let the time be over for which a process is good."""
        session = await asyncpg.connect(self.dsn)
        query = "UPDATE leases SET until = now() WHERE holder = $1"
        await session.execute(query, f"kind-{number}")
        await session.close()


async def test_what_nobody_holds_is_seen_with_its_time_until_somebody_takes_it(
    crowd: Crowd, database: Pool
) -> None:
    clock, wanted = HandClock(), {Check.WORKERS: NAMES, Check.WEB: ("poller",)}
    book = PostgresHealth(database, clock, most_seconds=30)
    watch = RoleWatch(book=book, clock=clock, wanted=wanted)
    one, other = await crowd.join(1), await crowd.join(2)
    for process, done in ((one, ()), (other, ()), (one, NAMES[2:]), (other, ())):
        await process.keep(NAMES, done, is_shared=True)

    async def seen() -> tuple[tuple[int, float], tuple[int, float]]:
        clock.advance(5)
        found = await watch.look()
        workers, web = found[Check.WORKERS], found[Check.WEB]
        assert (workers.wanted, web.wanted) == (4, 1)
        return (workers.unheld, workers.longest_seconds), (web.unheld, web.longest_seconds)

    assert await seen() == ((0, 0), (1, 0)), "a role that never was there is not held either"
    await crowd.lapse(2)
    assert await seen() == ((2, 0), (1, 5))
    await other.leave()
    assert await seen() == ((2, 5), (1, 10))
    await one.keep((*NAMES, "poller"), (), is_shared=False)
    assert await seen() == ((0, 0), (0, 0))
    await one.leave()
    assert await seen() == ((4, 0), (1, 0)), "what is free again counts from there"


async def test_each_takes_its_share_once_all_know_how_many_they_are(crowd: Crowd) -> None:
    one, other = await crowd.join(1), await crowd.join(2)
    assert set((await one.keep(NAMES, (), is_shared=True)).held) == set(NAMES)
    assert (await other.keep(NAMES, (), is_shared=True)).held == {}, "the first knows of none yet"
    assert (await one.keep(NAMES, (), is_shared=True)).alive == 2
    await one.keep(NAMES, NAMES[2:], is_shared=True)
    taken = await other.keep(NAMES, (), is_shared=True)
    assert taken.held == {"a/3": 2, "a/4": 2}, "the fence grows with each taking"


async def test_what_is_not_shared_is_one_processes_as_a_whole(crowd: Crowd) -> None:
    one, other = await crowd.join(1), await crowd.join(2)
    assert len((await one.keep(NAMES, (), is_shared=False)).held) == len(NAMES)
    await other.keep(NAMES, (), is_shared=False)
    await one.keep(NAMES, (), is_shared=False)
    assert (await other.keep(NAMES, (), is_shared=False)).held == {}
    await one.leave()
    assert len((await other.keep(NAMES, (), is_shared=False)).held) == len(NAMES)


async def test_who_lapsed_can_write_nothing_more_and_another_has_it(crowd: Crowd) -> None:
    late = await crowd.join(1)
    await late.keep(NAMES, (), is_shared=True)
    async with open_pool(crowd.dsn, size=2, holder="kind-1") as pool:
        async with pool.acquire() as session:
            await crowd.lapse(1)
            other = await crowd.join(2)
            assert len((await other.keep(NAMES, (), is_shared=True)).held) == len(NAMES)
            with pytest.raises(CUT_OFF):
                await session.execute("SELECT 1")
        # What the driver still did for that session decides how it is told.
        with pytest.raises(CUT_OFF):
            async with pool.acquire() as session:
                await session.execute("SELECT 1")
    assert not (await late.keep(NAMES, (), is_shared=True)).is_alive


async def test_nobody_elses_session_is_ended(crowd: Crowd) -> None:
    late = await crowd.join(1)
    await late.keep(NAMES, (), is_shared=True)
    async with open_pool(crowd.dsn, size=2) as pool, pool.acquire() as session:
        await crowd.lapse(1)
        other = await crowd.join(2)
        await other.keep(NAMES, (), is_shared=True)
        assert await session.fetchval("SELECT 1") == 1


async def test_a_keeper_stops_acting_before_another_may(crowd: Crowd) -> None:
    keeper = LeaseKeeper(crowd.make(1, SHORT_SECONDS), SystemClock(), seconds=SHORT_SECONDS)
    await keeper.join()
    keeper.want(NAMES)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(keeper.run())
        await keeper.until_held(NAMES)
        assert keeper.holds("a/1")
        assert keeper.fence("a/1") == 1
        running.cancel()
    await asyncio.sleep(SHORT_SECONDS)
    assert not keeper.holds("a/1")
    keeper.want(NAMES)
    with pytest.raises(LeaseLapsedError):
        await keeper.run()


async def test_what_is_in_hand_is_given_back_only_once_it_is_done(crowd: Crowd) -> None:
    in_hand = {"a/3"}
    # Its renewals come often, and are good for long: a slow machine loses nothing here.
    keeper = LeaseKeeper(crowd.make(1), SystemClock(), seconds=SHORT_SECONDS)
    await keeper.join()
    keeper.want(NAMES, is_done=lambda name: name not in in_hand)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(keeper.run())
        await keeper.until_held(NAMES)
        other = await crowd.join(2)
        while "a/4" not in (await other.keep(NAMES, (), is_shared=True)).held:  # noqa: ASYNC110 (a database)
            await asyncio.sleep(0.02)
        assert not keeper.holds("a/3"), "nothing new of it is begun"
        assert "a/3" not in (await other.keep(NAMES, (), is_shared=True)).held
        in_hand.clear()
        while "a/3" not in (await other.keep(NAMES, (), is_shared=True)).held:  # noqa: ASYNC110 (a database)
            await asyncio.sleep(0.02)
        running.cancel()


async def test_a_database_that_is_away_is_unavailable() -> None:
    leases = PostgresLeases("postgresql://nobody@127.0.0.1:1/x", kind="k", holder="k-1", seconds=1)
    with pytest.raises(Unavailable):
        await leases.join(1.0)
