"""A bot that runs for a long time while everything around it fails in turn."""

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped] # it brings none

from bot.adapters.database.migrate import migrate
from bot.sandbox.world_options import WorldOptions
from tests.builders.ports import free_port
from tests.chaos.crash_report import Spoken
from tests.chaos.soak_report import Calm, SoakReport, report_of
from tests.chaos.soak_samples import Sample, look
from tests.chaos.soak_troubles import Around, Trouble, log_volume, troubles
from tests.faults.redis_server import RedisServer, redis_server
from tests.faults.stopping_postgres import StoppingPostgres, stopping_postgres
from tests.journeys.people import ADA
from tests.journeys.processes import Child, Forks, environment_of
from tests.journeys.town import Town, open_town

TALK = (
    "/open WIF long 1",
    "/price JUP",
    "/open JUP long 0.5",
    "/close 1 50",
    "/wallet",
    "/alert WIF moves 1% once",
    "/close 2 50",
    "/positions",
    "/price WIF",
    "/history",
    "/help",
    "/alerts",
)
SPLIT = ("web", "worker", "worker", "market", "sender")
_START_SECONDS = 30.0
_DRAIN_SECONDS = 300.0
_LOOK_SECONDS = 5.0
_SECRET = "chaos-has-a-secret-0123456789"
_TRADED = ("WIF", "JUP")
_TOKENS_KNOWN = f"SELECT count(*) FROM solana_tokens WHERE symbol IN {_TRADED}"  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long, how much is said, and how long each trouble and the calm behind it last.

    `roles` names the processes; with more than one, Redis is there, too, and updates are pushed.
    """

    seed: int
    seconds: float = 120.0
    people: int = 40
    per_second: float = 4.0
    trouble_seconds: float = 12.0
    calm_seconds: float = 34.0
    roles: Sequence[str] = ("all",)
    variants: Sequence[str] = ("clock from a file",)

    @property
    def warm_after(self) -> float:
        """Give from when on what it uses is held to be its usual."""
        return min(600.0, self.seconds / 5)

    @property
    def is_split(self) -> bool:
        """Tell whether many processes share the work."""
        return len(self.roles) > 1


@dataclass(slots=True, kw_only=True)
class _Soak:
    plan: Plan
    chance: random.Random
    town: Town
    forks: Forks
    people: Sequence[int]
    troubles: Mapping[str, Trouble]
    redis: RedisServer | None
    logs: Path | None
    port: int
    children: dict[str, Child] = field(default_factory=dict)
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    spoken: list[Spoken] = field(default_factory=list)
    spoken_at: dict[int, float] = field(default_factory=dict)
    befallen: dict[str, int] = field(default_factory=dict)
    calm: Calm = field(default_factory=Calm)

    async def run(self) -> None:
        """Talk while troubles come and go, then let all of it end and drain."""
        async with asyncio.timeout(_START_SECONDS):
            await self._start()
            while await self.town.value(_TOKENS_KNOWN) < len(_TRADED):
                self._see_them_live()
                await asyncio.sleep(0.1)
        # Alarms reach an admin only who has written to the bot.
        await self.town.wire.speak(ADA, "/start")
        self.calm.begin()
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._watch())
            talking = group.create_task(self._talk())
            await self._befall(talking)
            await talking
            await self._drain()
            watching.cancel()

    async def _start(self) -> None:
        settings = self.town.settings(
            log_level="INFO",
            **(self._pushed() if self.plan.is_split else {}),
        )
        environment = environment_of(settings)
        if self.redis is not None:
            environment["REDIS_URL"] = self.redis.url
        if self.logs is not None:
            environment["LOG_DIR"] = str(self.logs)
        for number, role in enumerate(self.plan.roles, start=1):
            # One door takes what is pushed; the others' are shut.
            port = self.port if role in {"web", "all"} else 0
            words = ["run", "--role", role] if self.plan.is_split else ["run"]
            own = environment | {"HTTP_PORT": str(port)}
            child = await self.forks.start(words, own, variants=self.plan.variants)
            self.children[f"{role} {number}"] = child

    def _pushed(self) -> dict[str, object]:
        url = f"http://127.0.0.1:{self.port}/telegram/webhook"
        return {"webhook_url": url, "webhook_secret": _SECRET, "http_port": self.port}

    async def _talk(self) -> None:
        loop = asyncio.get_running_loop()
        until, pause = loop.time() + self.plan.seconds, 1 / self.plan.per_second
        turn = 0
        while loop.time() < until:
            text = TALK[turn // len(self.people) % len(TALK)]
            who = self.people[turn % len(self.people)]
            turn += 1
            told = await self.town.wire.speak(who, text)
            spoken = Spoken(who=who, text=text, update_id=told["update_id"])
            self.spoken.append(spoken)
            self.spoken_at[spoken.update_id] = self.calm.now()
            await asyncio.sleep(self.chance.uniform(0, 2 * pause))

    async def _befall(self, talking: asyncio.Task[None]) -> None:
        while not talking.done():
            for name in self.chance.sample(list(self.troubles), k=len(self.troubles)):
                await asyncio.wait([talking], timeout=self.plan.calm_seconds)
                if talking.done():
                    return
                self.calm.end()
                await self.troubles[name].begin()
                self.befallen[name] = self.befallen.get(name, 0) + 1
                await asyncio.sleep(self.plan.trouble_seconds)
                await self.troubles[name].end()
                self.calm.begin()

    async def _watch(self) -> None:
        while True:
            self._see_them_live()
            for name, child in self.children.items():
                with suppress(psutil.NoSuchProcess):
                    sample = look(child.pid, self.calm.now())
                    self.samples.setdefault(name, []).append(sample)
            await asyncio.sleep(_LOOK_SECONDS)

    def _see_them_live(self) -> None:
        for name, child in self.children.items():
            assert not child.ended.done(), f"{name}: {child.ended.result()}: {child.said()[-2000:]}"

    async def _drain(self) -> None:
        async with asyncio.timeout(_DRAIN_SECONDS):
            while not await self._is_settled():  # noqa: ASYNC110 (a database tells no events)
                await asyncio.sleep(0.2)

    async def _is_settled(self) -> bool:
        arrived = await self.town.value("SELECT count(*) FROM inbox")
        return arrived >= len(self.spoken) and await self.town.is_quiet()

    async def stop(self) -> None:
        """Take the bot away."""
        for child in self.children.values():
            child.kill()
            await child.code()


async def soak(plan: Plan, forks: Forks) -> SoakReport:
    """Carry out a plan in a world of its own; gives what was found afterwards."""
    async with _soak(plan, forks) as one:
        try:
            await one.run()
        finally:
            await one.stop()
        return await report_of(
            one.town,
            one.spoken,
            spoken_at=one.spoken_at,
            samples=one.samples,
            calm=one.calm,
            warm_after=plan.warm_after,
            befallen=one.befallen,
        )


@asynccontextmanager
async def _soak(plan: Plan, forks: Forks) -> AsyncIterator[_Soak]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = await stack.enter_async_context(stopping_postgres(folder / "data"))
        await migrate(server.dsn)
        said = int(plan.seconds * plan.per_second * 2)
        town = await stack.enter_async_context(_town(server, said))
        redis = await stack.enter_async_context(redis_server(folder)) if plan.is_split else None
        logs = await stack.enter_async_context(log_volume())
        around = Around(
            wire=town.wire,
            server=server,
            redis=redis,
            logs=logs,
            clock=forks.folder,
            is_split=plan.is_split,
        )
        yield _Soak(
            plan=plan,
            chance=random.Random(plan.seed),  # noqa: S311 (a seeded chance)
            town=town,
            forks=forks,
            people=[await town.newcomer() for _ in range(plan.people)],
            troubles=troubles(around),
            redis=redis,
            logs=logs,
            port=free_port(),
        )


@asynccontextmanager
async def _town(server: StoppingPostgres, said: int) -> AsyncIterator[Town]:
    options = WorldOptions(seed=7, updates_kept=said, longest_webhook_pause_seconds=0.5)
    async with open_town(server.dsn, options=options) as town:
        # Prices move, so that alerts fire and gains are made.
        await town.wire.post("/sandbox/market/pause", {"paused": False})
        yield town
