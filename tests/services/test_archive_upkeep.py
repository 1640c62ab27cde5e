"""The archive takes base copies in time, lets go of what no moment needs, and tells once."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.adapters.database.connection import Pool
from bot.adapters.database.mail import PostgresOutbox
from bot.bootstrap.news import Newsroom
from bot.domain.archives import BaseName, ChainName, Segment
from bot.domain.errors import Unavailable
from bot.domain.health import Check, HealthLimits
from bot.domain.health_rules import RULES
from bot.ports.archive import ChainFiles, StreamState
from bot.services.archive import Archive
from bot.services.health_looks import archive_seen
from bot.telegram.backup_news import BackupNews
from bot.telegram.private_news import in_english
from tests.fakes.hand_clock import HandClock
from tests.words.test_health_words import WELL

BEGUN_AT = HandClock().now()


@dataclass
class Shelves:
    """Implements `LogArchive` in memory; a segment is written each hour."""

    clock: HandClock
    failure: str = ""
    covered_at: datetime = BEGUN_AT
    is_full: bool = False
    has_hole: bool = False
    bases: list[BaseName] = field(default_factory=list)
    first: int = 0

    @property
    def chain(self) -> ChainName:
        return ChainName(begun_at=BEGUN_AT, mark="00000000")

    @property
    def newest(self) -> int:
        return int((self.clock.now() - BEGUN_AT).total_seconds() // 3600)

    def state(self) -> StreamState:
        return StreamState(
            chain=self.chain, covered_at=self.covered_at, is_awaited=True, failure=self.failure
        )

    async def chains(self) -> Sequence[ChainFiles]:
        numbers = [n for n in range(self.first, self.newest + 1) if n != self.newest - 1]
        if not self.has_hole:
            numbers = list(range(self.first, self.newest + 1))
        segments = [Segment(timeline=1, number=number) for number in numbers]
        return [
            ChainFiles(name=self.chain, bases=tuple(self.bases), segments=segments, size_bytes=7)
        ]

    async def take_base(self) -> tuple[BaseName, int]:
        if self.is_full:
            raise Unavailable("archive", "the archive's disk is nearly full")
        needs = Segment(timeline=1, number=self.newest)
        self.bases.append(BaseName(taken_at=self.clock.now(), needs=needs))
        return self.bases[-1], 7

    async def drop_base(self, chain: ChainName, base: BaseName) -> None:
        assert chain == self.chain
        self.bases.remove(base)

    async def drop_segments(self, chain: ChainName, before: Segment) -> None:
        assert chain == self.chain
        self.first = before.number

    async def drop_chain(self, chain: ChainName) -> None:
        raise AssertionError(chain)


def archive_on(shelves: Shelves, database: Pool) -> Archive:
    newsroom = Newsroom(clock=shelves.clock, bot_name="kitrader", language_of=in_english)
    return Archive(
        files=shelves,
        outbox=PostgresOutbox(database),
        clock=shelves.clock,
        notices=newsroom(BackupNews, admin_ids=[1]),
        days=3,
        base_hours=24,
    )


async def told(database: Pool) -> list[str]:
    rows = await database.fetch("SELECT payload ->> 'text' AS text FROM outbox ORDER BY notice_id")
    return [row["text"].splitlines()[0] for row in rows]


async def test_a_base_copy_is_taken_each_day_and_the_days_that_are_kept_can_be_reached(
    database: Pool,
) -> None:
    shelves = Shelves(clock=HandClock())
    archive = archive_on(shelves, database)
    assert archive.health().has_gap
    for _ in range(10 * 4):
        await archive.look_after()
        shelves.clock.advance(6 * 3600)
    ages = [shelves.clock.now() - base.taken_at for base in shelves.bases]
    assert ages[0] >= timedelta(days=3) >= ages[1]
    assert shelves.first == shelves.bases[0].needs.number
    health = archive.health()
    assert (health.has_gap, health.failure, health.size_bytes) == (False, "", 7)
    assert health.age_seconds == timedelta(days=10).total_seconds()
    assert await told(database) == []
    shelves.has_hole = True
    shelves.clock.advance(3600)
    await archive.look_after()
    is_behind = max(shelves.bases).taken_at == shelves.clock.now()
    assert is_behind, "what is behind the hole can be brought back again"


async def test_a_failure_is_told_once_when_it_lasts_and_so_is_its_end(database: Pool) -> None:
    shelves = Shelves(clock=HandClock())
    archive = archive_on(shelves, database)
    for failure, is_full in (("the server is gone", False), ("", True)):
        shelves.failure, shelves.is_full = failure, is_full
        for _ in range(10):
            await archive.look_after()
            shelves.clock.advance(5)
        assert archive.health().failure
        shelves.failure, shelves.is_full = "", False
        shelves.clock.advance(300)
        await archive.look_after()
        assert archive.health() == replace(archive.health(), failure="", has_gap=False)
        shelves.clock.advance(24 * 3600)
    stopped = "⚠️ The archive of the database has stopped."
    again = "✅ The archive of the database works again."
    assert await told(database) == [stopped, again, stopped, again]


async def test_health_sees_an_archive_that_stopped_that_lags_or_is_torn_and_its_end(
    database: Pool,
) -> None:
    shelves = Shelves(clock=HandClock())
    archive = archive_on(shelves, database)

    async def is_well() -> bool:
        await archive.look_after()
        seen = replace(WELL, now=shelves.clock.now(), archive=archive_seen(archive))
        verdict = RULES[Check.ARCHIVE](seen, HealthLimits(archive_seconds=60))
        assert verdict is not None
        return verdict.is_ok

    assert await is_well()
    shelves.failure = "the server is gone"
    assert not await is_well()
    shelves.failure = ""
    assert await is_well()
    shelves.clock.advance(61)
    assert not await is_well()
    shelves.covered_at = shelves.clock.now()
    assert await is_well()
    shelves.bases.clear()
    shelves.is_full = True
    shelves.clock.advance(60)
    assert not await is_well()
    shelves.is_full = False
    shelves.clock.advance(300)
    shelves.covered_at = shelves.clock.now()
    assert await is_well()
