"""Alarms: told once, reminded after hours, recovered once; also across a restart and a silence."""

from dataclasses import replace
from datetime import timedelta

from bot.adapters.database.alarms import PostgresAlarms
from bot.adapters.database.connection import Pool
from bot.bootstrap.news import Newsroom
from bot.domain.errors import Unavailable
from bot.domain.health import Check, HealthLimits, HealthSeen, PricesSeen, RoleSeen, StoredSeen
from bot.domain.notices import Notice
from bot.domain.users import Role
from bot.ports.alarms import Alarm
from bot.services.alarms import AlarmRules, Alarms
from bot.services.health import Health
from bot.services.pulse import Pulse
from bot.telegram.health_news import HealthNews
from bot.telegram.private_news import in_english
from tests.builders.desks import request, user
from tests.fakes.hand_clock import HandClock

ADMIN, LOOK_SECONDS = 1, 5.0


class Looks:
    """What is looked at, as the test wants it."""

    def __init__(self, clock: HandClock) -> None:
        self.limits = HealthLimits()
        self._clock = clock
        self.resting = 0
        self.has_database = True
        self.late = False
        self.without_senders_seconds = 0.0

    async def look(self) -> HealthSeen:
        due_at = self._clock.now() - timedelta(hours=1) if self.late else None
        stored = StoredSeen(
            took_ms=1.0, inbox_waiting=0, inbox_oldest_at=None, outbox_waiting=0,
            outbox_oldest_at=due_at, paused_wallets=0, paused_since=None, live_orders=0,
            live_order_since=None, proved={},
        )  # fmt: skip
        return HealthSeen(
            now=self._clock.now(), up_seconds=600.0, stored=stored if self.has_database else None,
            ended_tasks=(), prices=PricesSeen(
                default=1, default_stale=0, hot=0, hot_stale=0, oldest_s=1.0
            ), endpoints=2, resting_endpoints=self.resting, unheard_seconds=None, jobs=(),
            disks=(), skew_seconds=None, backup_hours=None, signer=None,
            roles={Check.SENDERS: RoleSeen(
                wanted=32, unheld=32 if self.without_senders_seconds else 0,
                longest_seconds=self.without_senders_seconds,
            )},
        )  # fmt: skip


class Away(PostgresAlarms):
    """The book while the database may be away."""

    is_away = False

    async def tell(self, before: Alarm, after: Alarm, notices: tuple[Notice, ...]) -> bool:
        if self.is_away:
            raise Unavailable("database")
        return await super().tell(before, after, notices)


class Scene:
    """A watch that may be started anew on the same database."""

    def __init__(self, database: Pool) -> None:
        self.database = database
        self.clock = HandClock()
        self.looks = Looks(self.clock)
        self.book = Away(database, on_outbox=lambda _queued: None)
        self.past: list[Notice] = []
        self.alarms = self._fresh()

    def _fresh(self) -> Alarms:
        self.health = Health(
            looks=self.looks, pulse=Pulse(self.clock), clock=self.clock, every_seconds=LOOK_SECONDS
        )
        return Alarms(
            health=self.health,
            book=self.book,
            notices=Newsroom(clock=self.clock, bot_name="kitrader", language_of=in_english)(
                HealthNews, admin_ids=[ADMIN]
            ),
            clock=self.clock,
            rules=AlarmRules(looks=3, remind_after=timedelta(hours=6)),
            send_past=self._send_past,
        )

    async def _send_past(self, notices: tuple[Notice, ...]) -> None:
        self.past += notices

    async def restart(self) -> None:
        self.alarms = self._fresh()
        await self.alarms.load()

    async def look(self, times: int) -> list[str]:
        for _ in range(times):
            self.clock.advance(LOOK_SECONDS)
            await self.alarms.watch()
        rows = await self.database.fetch(
            "SELECT payload ->> 'text' AS text FROM outbox ORDER BY notice_id"
        )
        return [row["text"] for row in rows]


async def test_it_is_told_once_and_its_end_once_also_across_restarts(database: Pool) -> None:
    scene = Scene(database)
    assert await scene.look(5) == []
    scene.looks.resting = 2
    assert await scene.look(2) == []
    told = await scene.look(20)
    assert [text.splitlines()[0] for text in told] == ["⚠️ RPC endpoints · all 2 RPC endpoints rest"]
    await scene.restart()
    assert len(await scene.look(20)) == 1
    scene.clock.advance(timedelta(hours=6).total_seconds())
    reminded = await scene.look(20)
    assert len(reminded) == 2
    assert "It still fails. Since " in reminded[1]
    await scene.restart()
    scene.looks.resting = 1
    assert len(await scene.look(2)) == 2
    told = await scene.look(20)
    assert len(told) == 3
    assert "back since " in told[2]
    assert told[2].endswith("was away 6 h")
    await scene.restart()
    assert len(await scene.look(20)) == 3


async def test_two_processes_tell_it_once_between_them(database: Pool) -> None:
    one, other = Scene(database), Scene(database)
    for scene in (one, other):
        await scene.look(3)
        scene.looks.resting = 2
        await scene.look(9)
    for scene in (one, other):
        scene.looks.resting = 0
        told = await scene.look(9)
    assert [text[0] for text in told] == ["⚠", "✅"]


async def test_what_is_silenced_is_heard_again_when_the_silence_is_over(database: Pool) -> None:
    scene = Scene(database)
    await scene.look(3)
    admin = replace(user(), user_id=ADMIN, role=Role.ADMIN)
    await scene.alarms.silence(request(of=admin), Check.ENDPOINTS, 1, lambda _until: ())
    await scene.restart()
    assert list(scene.alarms.silenced()) == [Check.ENDPOINTS]
    await scene.look(3)
    scene.looks.resting = 2
    assert await scene.look(9) == []
    scene.clock.advance(3600)
    assert len(await scene.look(3)) == 1
    action = "SELECT details ->> 'check' FROM audit_log WHERE action = 'health.silenced'"
    assert await database.fetchval(action) == "endpoints"


async def test_a_lost_database_is_told_past_the_outbox_and_its_end_by_it(database: Pool) -> None:
    scene = Scene(database)
    await scene.look(3)
    scene.looks.has_database, scene.book.is_away = False, True
    assert await scene.look(9) == []
    assert [one.payload["text"].splitlines()[0] for one in scene.past] == [
        "⚠️ Database · the database does not answer"
    ]
    scene.looks.has_database, scene.book.is_away = True, False
    assert ["back since" in text for text in await scene.look(9)] == [True]
    assert len(scene.past) == 1


async def test_a_stuck_outbox_is_told_past_it(database: Pool) -> None:
    scene = Scene(database)
    await scene.look(3)
    scene.looks.late = True
    assert await scene.look(20) == []
    assert len(scene.past) == 1
    scene.looks.late = False
    assert ["✅ Outbox" in text for text in await scene.look(9)] == [True]


async def test_that_nobody_sends_is_told_without_the_outbox_and_its_end_by_it(
    database: Pool,
) -> None:
    scene = Scene(database)
    await scene.look(3)
    scene.looks.without_senders_seconds = 60.0
    assert await scene.look(20) == []
    (told,) = scene.past
    assert "32 of 32 shards of chats have no sender" in told.payload["text"]
    assert (await scene.alarms.standing()).keys() == {Check.SENDERS}
    await scene.restart()
    for seconds in (5.0, 60.0):  # who has just begun sees nothing of before, and tells no end
        scene.looks.without_senders_seconds = seconds
        assert await scene.look(9) == []
    scene.looks.without_senders_seconds = 0.0
    assert ["✅ Senders" in text for text in await scene.look(9)] == [True]
    assert len(scene.past) == 1
    assert await scene.alarms.standing() == {}


async def test_what_another_process_looks_at_is_neither_told_nor_shown_here(database: Pool) -> None:
    scene = Scene(database)
    row = "INSERT INTO health_alarms (check_name, failing_since, told_at) VALUES ($1, $2, $2)"
    await database.execute(row, Check.TELEGRAM.value, scene.clock.now())
    await scene.restart()
    assert await scene.look(9) == []
    assert scene.health.view().is_well
