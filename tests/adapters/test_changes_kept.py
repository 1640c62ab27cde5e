"""Changes are read once each, whoever commits when, and are not written where nobody reads them."""

import asyncio
from collections.abc import Collection

from bot.adapters.database.changes import PostgresChanges
from bot.adapters.database.connection import Pool, Quiet, open_pool
from bot.adapters.database.modes import PostgresModes
from bot.domain.errors import Unavailable
from bot.domain.users import Mode
from bot.ports.changes import Change, ChangeKind, ChangesRead, Mark
from bot.services.following import AWAY_SECONDS, Following
from bot.services.modes import Modes
from tests.builders.books import books_on, known_token, meet
from tests.builders.chance import seeded
from tests.fakes.hand_clock import HandClock

_INSERT = "INSERT INTO changes (kind, key) VALUES ('token', $1)"
_AFTER_ID = "SELECT id, key FROM changes WHERE id > $1 ORDER BY id"


async def keys_since(feed: PostgresChanges, mark: Mark) -> tuple[list[int], Mark]:
    read = await feed.since(mark)
    assert not read.is_broken
    return [change.key for change in read.changes], read.mark


async def test_whoever_commits_late_is_read_late_and_not_skipped(database: Pool) -> None:
    feed = PostgresChanges(database)
    mark, last_id = await feed.mark(), 0
    by_id: list[int] = []

    async def read_by_id() -> None:
        nonlocal last_id
        for row in await database.fetch(_AFTER_ID, last_id):
            last_id = row["id"]
            by_id.append(row["key"])

    async with database.acquire() as slow:
        late = slow.transaction()
        await late.start()
        await slow.execute(_INSERT, 1)
        await database.execute(_INSERT, 2)
        early, mark = await keys_since(feed, mark)
        await read_by_id()
        assert (await keys_since(feed, mark))[0] == [], "what was read is not read again"
        await late.commit()
    after, mark = await keys_since(feed, mark)
    await read_by_id()
    assert (early, after) == ([2], [1])
    assert by_id == [2], "the control: whoever reads by number skips one"
    assert await keys_since(feed, mark) == ([], mark)


async def test_of_many_committers_at_once_none_is_missed_and_none_read_twice(
    database: Pool,
) -> None:
    chance, feed = seeded(45), PostgresChanges(database)
    mark, read = await feed.mark(), []

    async def commit(keys: Collection[int], pauses: Collection[float]) -> None:
        for key, pause in zip(keys, pauses, strict=True):
            async with database.acquire() as connection, connection.transaction():
                await connection.execute(_INSERT, key)
                await asyncio.sleep(pause)

    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(
                commit(range(25 * one, 25 * one + 25), [chance.random() / 100 for _ in range(25)])
            )
            for one in range(8)
        ]
        while not all(task.done() for task in tasks):
            keys, mark = await keys_since(feed, mark)
            read += keys
            await asyncio.sleep(0.003)
    keys, mark = await keys_since(feed, mark)
    assert sorted([*read, *keys]) == list(range(200))
    assert mark.seen == frozenset()


async def test_one_process_alone_writes_none_and_the_market_none_of_levels(
    database: Pool, database_dsn: str
) -> None:
    ann, kept = await meet(books_on(database)), await known_token(database)
    await database.execute("DELETE FROM changes")
    told = {}
    for quiet in Quiet:
        async with open_pool(database_dsn, quiet=quiet) as pool:
            await pool.execute(
                "INSERT INTO alerts (user_id, token_id, kind, side, level, gauge, upper)"
                " VALUES ($1, $2, 'price', 'above', 1, 'price_sol', 1)",
                ann.user_id,
                kept.token_id,
            )
            await pool.execute("UPDATE users SET first_name = 'Anna'")
            await pool.execute("UPDATE users SET settings = settings || '{\"a\": 1}'::jsonb")
            await pool.execute("UPDATE users SET settings = '{}'")
        rows = await database.fetch("DELETE FROM changes RETURNING kind")
        told[quiet] = sorted({row["kind"] for row in rows})
    assert told == {Quiet.NO: ["alert", "person"], Quiet.LEVELS: ["person"], Quiet.ALL: []}


async def test_a_database_restored_from_before_is_told_from_one_that_went_on(
    database: Pool,
) -> None:
    feed = PostgresChanges(database)
    mark = await feed.mark()
    assert (await feed.since(Mark(horizon=mark.horizon + 10**6))).is_broken


async def test_a_mode_chosen_elsewhere_is_heard(database: Pool) -> None:
    ann = await meet(books_on(database))
    modes = Modes(book=PostgresModes(database, on_outbox=lambda _: None), is_live_on=True)
    await modes.load()
    await database.execute('UPDATE users SET settings = \'{"mode": "live"}\'')
    await modes.hear([ann.user_id])
    assert modes.of(ann.user_id) is Mode.LIVE
    await database.execute("UPDATE users SET settings = '{}'")
    await modes.hear([ann.user_id])
    assert modes.of(ann.user_id) is Mode.PAPER


class Told:
    """A feed of what the test says, and ears that fail when they are asked to."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.news: list[Change] = []
        self.heard: list[list[object]] = []
        self.is_away = self.is_broken = False
        self.following = Following(
            feed=self,
            hearers={ChangeKind.TOKEN: self.hear, ChangeKind.STOP: self.hear_well},
            load=self.load,
            clock=self.clock,
        )

    async def mark(self) -> Mark:
        return Mark(horizon=7)

    async def since(self, mark: Mark) -> ChangesRead:
        news, self.news = self.news, []
        return ChangesRead(changes=news, mark=mark, is_broken=self.is_broken)

    async def tell(self, kind: ChangeKind, keys: Collection[int]) -> None:
        raise AssertionError(kind, keys)

    async def hear(self, keys: Collection[int]) -> None:
        if self.is_away:
            raise Unavailable("database")
        self.heard.append([*sorted(keys)])

    async def hear_well(self, keys: Collection[int]) -> None:
        self.heard.append(["stop", *keys])

    async def load(self) -> None:
        self.heard.append(["all"])

    async def follow(self) -> bool:
        try:
            await self.following.follow()
        except Unavailable:
            return False
        return True


async def test_what_could_not_be_read_is_heard_later_and_holds_up_nothing_else() -> None:
    told = Told()
    await told.following.begin()
    told.is_away = True
    told.news = [Change(kind=ChangeKind.TOKEN, key=3), Change(kind=ChangeKind.STOP, key=1)]
    assert not await told.follow()
    assert told.heard == [["stop", 1]]
    told.is_away, told.news = False, [Change(kind=ChangeKind.TOKEN, key=2)]
    assert await told.follow()
    assert told.heard[1:] == [[2, 3]]
    told.news = [Change(kind=ChangeKind.ALERT, key=2)]
    assert await told.follow()
    assert told.heard[2:] == [], "what this process does not keep"


async def test_whoever_was_away_for_longer_than_changes_are_kept_loads_all_anew() -> None:
    told = Told()
    await told.following.begin()
    told.clock.advance(AWAY_SECONDS + 1)
    assert await told.follow()
    assert told.heard == [["all"]]
    assert await told.follow()
    told.is_broken = True
    assert await told.follow()
    assert told.heard == [["all"], ["all"]]
