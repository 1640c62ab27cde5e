"""A bot that is killed, and a database that is stopped at once, while people go on talking."""

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import asyncpg

from bot.adapters.database.migrate import migrate
from bot.sandbox.world_options import WorldOptions
from tests.builders.ports import free_port
from tests.chaos.crash_report import Report, Spoken, reconcile
from tests.faults.killpoints import KILL_POINTS, Lines, lines_of
from tests.faults.stopping_postgres import StoppingPostgres, stopping_postgres
from tests.journeys.processes import Child, Forks, environment_of
from tests.journeys.town import Town, open_town

TALK = (
    "/open WIF long 1",
    "/open WIF long 0.5",
    "/wallet",
    "/close 1 10",
    "/open JUP long 2",
    "/positions",
    "/close 2 50",
    "/open WIF long 0.25",
    "/history",
    "/close 1 25",
)
_ANY_MOMENT = "at any moment"
_START_SECONDS = 60.0
_POINT_PATIENCE_SECONDS = 5.0
_LOOK_AGAIN_SECONDS = 0.05
_DATABASE_AWAY_SECONDS = (0.2, 1.0)
_DRAIN_SECONDS = 300.0
# The machine goes on when the server stops: what was not flushed is not lost, and not waited for.
_NO_POWER_CUT = {"fsync": "off"}
_SECRET = "chaos-has-a-secret-0123456789"
# Telegram waits up to a minute; people who are killed every second would wait for that alone.
_LONGEST_WEBHOOK_PAUSE_SECONDS = 0.5
_TRADED = ("WIF", "JUP")
_TOKENS_KNOWN = f"SELECT count(*) FROM solana_tokens WHERE symbol IN {_TRADED}"  # noqa: S608
_HAS_ARRIVED = "SELECT EXISTS (SELECT FROM inbox WHERE update_id = $1)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is said and how often it is interrupted.

    A life of the bot ends at a random moment within `lives_seconds`; a share of them not there
    but at the next passing of one of the named `points`. After a share of what is said, Telegram
    delivers something once more that had arrived before.
    """

    seed: int
    people: int = 20
    updates: int = 2000
    seconds: float = 90.0
    kills: int = 30
    stops: int = 3
    lives_seconds: tuple[float, float] = (0.3, 3.5)
    points: Sequence[str] = tuple(KILL_POINTS)
    aimed_share: float = 0.5
    repeated_share: float = 0.1
    is_pushed: bool = False
    variants: Sequence[str] = ("sends at once",)


def without_keys(plan: Plan) -> Plan:
    """Give the negative control: no idempotency, and kills where that shows."""
    return replace(
        plan,
        stops=0,
        aimed_share=1.0,
        points=("after the booking's commit, before its reply",),
        variants=("sends at once", "forgets keys"),
    )


@dataclass(slots=True, kw_only=True)
class _Chaos:
    plan: Plan
    chance: random.Random
    town: Town
    server: StoppingPostgres
    lines: Lines
    forks: Forks
    people: Sequence[int]
    port: int
    repeated: int = 0
    spoken: list[Spoken] = field(default_factory=list)
    deaths: dict[str, int] = field(default_factory=dict)

    @property
    def kills(self) -> int:
        return sum(self.deaths.values())

    async def run(self) -> float:
        """Talk and kill side by side, then heal; gives the seconds that draining took."""
        await self._learn_tokens()
        async with asyncio.TaskGroup() as group:
            talking = group.create_task(self._talk())
            while self.kills < self.plan.kills or not talking.done():
                await self._live(talking)
        loop = asyncio.get_running_loop()
        began = loop.time()
        child = await self._start()
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                while not await self._is_settled():
                    assert not child.ended.done(), child.said()
                    await asyncio.sleep(0.1)
        finally:
            child.kill()
            await child.code()
        return loop.time() - began

    async def _learn_tokens(self) -> None:
        # An order for a token that no start has read yet is refused, and rightly.
        child = await self._start()
        async with asyncio.timeout(_START_SECONDS):
            while await self.town.value(_TOKENS_KNOWN) < len(_TRADED):
                assert not child.ended.done(), child.said()
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        child.kill()
        await child.code()

    async def _talk(self) -> None:
        texts = [TALK[turn % len(TALK)] for turn in range(self.plan.updates // len(self.people))]
        pause = self.plan.seconds / self.plan.updates
        for text in texts:
            for who in self.chance.sample(self.people, k=len(self.people)):
                told = await self.town.wire.speak(who, text)
                self.spoken.append(Spoken(who=who, text=text, update_id=told["update_id"]))
                await self._repeat()
                await asyncio.sleep(self.chance.uniform(0, 2 * pause))

    async def _repeat(self) -> None:
        # Telegram repeats what it sent; it does not overtake itself.
        old = self.chance.choice(self.spoken).update_id
        if self.chance.random() > self.plan.repeated_share or not await self._has_arrived(old):
            return
        await self.town.wire.post("/sandbox/updates/repeat", {"update_id": old})
        self.repeated += 1

    async def _has_arrived(self, update_id: int) -> bool:
        try:
            return bool(await self.town.value(_HAS_ARRIVED, update_id))
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False  # the database is stopped just now

    async def _live(self, talking: asyncio.Task[None]) -> None:
        child = await self._start()
        try:
            await asyncio.sleep(self.chance.uniform(*self.plan.lives_seconds))
            if self.kills * (self.plan.stops + 1) >= (self.server.stops + 1) * self.plan.kills:
                await self._stop_database()
            await self._die(child, talking)
        finally:
            self.lines.mend()
            child.kill()
            await child.code()

    async def _die(self, child: Child, talking: asyncio.Task[None]) -> None:
        name = _ANY_MOMENT
        if self.chance.random() < self.plan.aimed_share:
            name = self.chance.choice(self.plan.points)
            struck = self.lines.kill_at(name, child.pid)
            until = asyncio.get_running_loop().time() + _POINT_PATIENCE_SECONDS
            while asyncio.get_running_loop().time() < until and not struck.is_set():
                # Once all is said and answered, nothing passes any point again.
                if talking.done() and await self._is_settled():
                    break
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            name = name if struck.is_set() else _ANY_MOMENT
        child.kill()
        if await child.code() == -9:
            self.deaths[name] = self.deaths.get(name, 0) + 1

    async def _stop_database(self) -> None:
        if self.server.stops < self.plan.stops:
            await self.server.stop_at_once()
            await asyncio.sleep(self.chance.uniform(*_DATABASE_AWAY_SECONDS))
            await self.server.start()

    async def _start(self) -> Child:
        settings = self.town.settings(
            admin_ids=frozenset(self.people),
            log_level="WARNING",
            **self.lines.settings(),
            **(self._pushed() if self.plan.is_pushed else {}),
        )
        return await self.forks.start(
            ["run"], environment_of(settings), variants=self.plan.variants
        )

    def _pushed(self) -> dict[str, object]:
        url = f"http://127.0.0.1:{self.port}/telegram/webhook"
        return {"webhook_url": url, "webhook_secret": _SECRET, "http_port": self.port}

    async def _is_settled(self) -> bool:
        arrived = await self.town.value("SELECT count(*) FROM inbox")
        return arrived >= len(self.spoken) and await self.town.is_quiet()


async def crash(plan: Plan, forks: Forks) -> Report:
    """Carry out a plan in a world of its own; gives what was found afterwards."""
    async with _chaos(plan, forks) as chaos:
        began = asyncio.get_running_loop().time()
        drained_seconds = await chaos.run()
        report = await reconcile(chaos.town, chaos.spoken)
        report.seed = plan.seed
        report.deaths = chaos.deaths
        report.repeated = chaos.repeated
        report.database_stops = chaos.server.stops
        report.drained_seconds = drained_seconds
        report.seconds = asyncio.get_running_loop().time() - began
        return report


@asynccontextmanager
async def _chaos(plan: Plan, forks: Forks) -> AsyncIterator[_Chaos]:
    with tempfile.TemporaryDirectory() as name:
        async with stopping_postgres(Path(name) / "data", _NO_POWER_CUT) as server:
            await migrate(server.dsn)
            options = WorldOptions(
                seed=7,
                updates_kept=plan.updates,
                longest_webhook_pause_seconds=_LONGEST_WEBHOOK_PAUSE_SECONDS,
            )
            async with (
                open_town(server.dsn, options=options) as town,
                lines_of(server.dsn, town.world.bot_api_base, seed=plan.seed) as lines,
            ):
                yield _Chaos(
                    plan=plan,
                    chance=random.Random(plan.seed),  # noqa: S311 (a seeded chance)
                    town=town,
                    server=server,
                    lines=lines,
                    forks=forks,
                    people=[await town.newcomer() for _ in range(plan.people)],
                    port=free_port(),
                )
