"""A bot under a little load, and the Prometheus that reads it by the project's own files."""

import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from benchmarks.bots import ROOT
from benchmarks.load_telegram import LoadTelegram, load_telegram
from benchmarks.load_world import FIRST_PERSON, environment_of, meet_people
from benchmarks.processes import Program, program
from bot.adapters.backups.restoring import NewKey
from bot.adapters.clock import SystemClock
from bot.cli.sandbox_process import sandbox_process
from tests.builders.ports import free_port
from tests.faults.stopping_postgres import StoppingPostgres, stopping_postgres

RULES = ROOT / "operations" / "prometheus"
_STARTS_WITHIN_SECONDS = 60.0
_SPEAKERS = 200
_SAYS = (
    "/price WIF", "/open WIF long 0.01", "/wallet ", "/open WIF long 999999", "/price BONK",
    "/limit WIF buy 0.01 at -50%", "/alert WIF above 99", "/positions ", "/close 1 50%",
    "/nonsense ", "/alert WIF moves 0.5%", "/open BONK short 0.01 x2",
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Bots:
    """The bot's processes by role, each of which can be killed and started again."""

    folder: Path
    settings: Mapping[str, str]
    doors: Mapping[str, int]
    public_port: int
    programs: dict[str, Program] = field(default_factory=dict)
    _stacks: dict[str, AsyncExitStack] = field(default_factory=dict)

    async def start(self, role: str) -> None:
        """Start a role at the operator's port that it always has, and wait until it runs."""
        own = {"OPERATIONS_PORT": str(self.doors[role]), "HTTP_PORT": "0"}
        if role in {"all", "web"}:
            own["HTTP_PORT"] = str(self.public_port)
        words = () if role == "all" else ("--role", role)
        stack = self._stacks[role] = AsyncExitStack()
        self.programs[role] = await stack.enter_async_context(
            program(
                (sys.executable, "-P", "-m", "bot", "run", *words),
                folder=self.folder,
                environment={**self.settings, **own},
            )
        )
        async with asyncio.timeout(_STARTS_WITHIN_SECONDS):
            await self.programs[role].says('"event": "running"')
            await self._ready(role)

    async def _ready(self, role: str) -> None:
        address = f"http://127.0.0.1:{self.doors[role]}/health/ready"
        async with aiohttp.ClientSession() as session:
            while True:
                async with session.get(address) as answer:
                    if answer.ok:
                        return
                await asyncio.sleep(0.2)

    async def stop(self, role: str) -> None:
        """End a role, however it takes it."""
        await self._stacks.pop(role).aclose()

    async def stop_all(self) -> None:
        """End what still runs."""
        for role in tuple(self._stacks):
            await self.stop(role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prometheus:
    """What a running one answers; times are seconds since 1970."""

    base: str
    session: aiohttp.ClientSession

    async def get(self, path: str, **asked: str) -> tuple[object, str]:
        """Give the data of an answer, and '' or the error that came instead."""
        async with self.session.get(f"{self.base}/api/v1/{path}", params=asked) as answer:
            told = await answer.json()
        return told.get("data"), told.get("error", "")

    async def alerts(self) -> Mapping[str, str]:
        """Give the alerts that are pending or firing, by name."""
        data, error = await self.get("alerts")
        assert isinstance(data, dict), error
        states = sorted((one["labels"]["alertname"], one["state"]) for one in data["alerts"])
        # Of the same name the firing one is sorted before the pending one, and shall stay.
        return dict(reversed(states))


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All of it, under way."""

    bots: Bots
    database: StoppingPostgres
    telegram: LoadTelegram
    prometheus: Prometheus

    async def talk(self, *, rate: float, seconds: float) -> None:
        """Let people speak for so long, again and again, each another thing in each round."""
        people = range(FIRST_PERSON, FIRST_PERSON + _SPEAKERS)
        await self.telegram.push(people, _says, rate=rate, seconds=seconds)


def _says(place: int) -> str:
    return _SAYS[(place % _SPEAKERS + place // _SPEAKERS) % len(_SAYS)]


def missing() -> str:
    """Name the program that is wanted and not here, '' where all are."""
    return next((name for name in ("prometheus", "promtool") if not shutil.which(name)), "")


@asynccontextmanager
async def open_world(roles: Sequence[str], folder: Path) -> AsyncIterator[World]:
    """Run everything for the length of a block; leaves nothing behind but the folder."""
    doors = {role: free_port() for role in roles}
    async with (
        stopping_postgres(folder / "pg", {"max_connections": "150"}) as database,
        sandbox_process(accounts=(), seed=1, port=0) as sandbox,
        load_telegram() as telegram,
        prometheus(folder, list(doors.values())) as prom,
        AsyncExitStack() as stack,
    ):
        await meet_people(database.dsn)
        settings = environment_of(sandbox, telegram, database.dsn) | _with_a_backup(folder)
        port = free_port()
        settings["WEBHOOK_URL"] = f"http://127.0.0.1:{port}/telegram/webhook"
        settings["LOG_DIR"] = str(folder / "logs")
        bots = Bots(folder=folder, settings=settings, doors=doors, public_port=port)
        stack.push_async_callback(bots.stop_all)
        for role in roles:
            await bots.start(role)
        yield World(bots=bots, database=database, telegram=telegram, prometheus=prom)


def _with_a_backup(folder: Path) -> dict[str, str]:
    """Let the bot see a backup of now: an empty file with the name of one."""
    name = f"kitrader-{SystemClock().now():%Y%m%dT%H%M%SZ}-0001.dump.age"
    (folder / "backups").mkdir()
    (folder / "backups" / name).touch()
    return {"BACKUP_RECIPIENTS": NewKey().public, "BACKUP_DIR": str(folder / "backups")}


@asynccontextmanager
async def prometheus(folder: Path, doors: Sequence[int]) -> AsyncIterator[Prometheus]:
    """Run one with the project's files, whose one target is replaced by these ports."""
    config = (RULES / "prometheus.yml").read_text("utf-8")
    targets = ", ".join(f'"127.0.0.1:{port}"' for port in doors)
    config, times = re.subn(r"targets: \[.*\]", f"targets: [{targets}]", config)
    assert times == 1, "one list of targets"
    (folder / "prometheus.yml").write_text(config, "utf-8")
    shutil.copy(RULES / "kitrader.rules.yml", folder)
    port = free_port()
    command = (
        shutil.which("prometheus") or "prometheus",
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/prometheus",
        f"--web.listen-address=127.0.0.1:{port}",
    )
    async with (
        program(command, folder=folder, environment=os.environ) as running,
        aiohttp.ClientSession() as session,
    ):
        async with asyncio.timeout(_STARTS_WITHIN_SECONDS):
            await running.says("Server is ready to receive web requests")
        yield Prometheus(base=f"http://127.0.0.1:{port}", session=session)
