"""Deploys the real bot over itself, good versions and bad ones, and kills deployments on their way.

    .venv/bin/python -m benchmarks.deploys [KILLS]

A sandbox world, a PostgreSQL, and `kitrader keep` on a folder. Versions are copies of this checkout
that differ by a line or a migration. After each deployment somebody trades, whoever traded before
still has their orders, and the books balance. At last KILLS deployments (6) are killed at a random
moment, some version has to serve, and the same call has to carry on.
"""

import asyncio
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.adapters.backups.restoring import NewKey
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate, schema_state
from bot.deployment.building import build
from bot.deployment.health import all_unready
from bot.deployment.keeper import read_status
from bot.deployment.layout import Layout
from bot.deployment.process_runner import ProcessRunner
from bot.deployment.versions import Versions
from tests.builders.ports import free_port
from tests.journeys.processes import environment_of
from tests.journeys.town import Town, open_town

ROOT = Path(__file__).parents[1]
PARTS = ("bot", "migrations", "kitrader", "alembic.ini", "requirements.txt", "pyproject.toml")
MIGRATION = '''"""One more."""
from alembic import op
revision, down_revision = "{revision}", "{before}"
def upgrade():
    op.execute("ALTER TABLE users ADD COLUMN nickname_{revision} TEXT")
    op.execute("{more}")
'''
CRASH = {"bot/bootstrap/running.py": ("    stop = asyncio.Event()", "    raise SystemExit('no')")}
UNREADY = {"bot/web/operations.py": ("is_well=view.is_ready)", "is_well=False)")}
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
PATIENCE = ("--ready-within", "90", "--steady", "1", "--despite-findings")


@dataclass(slots=True, kw_only=True)
class Trial:
    """A folder with a kept bot, and all who have traded in it."""

    town: Town
    place: Layout
    head: str
    numbers: int = 0
    traders: dict[int, int] = field(default_factory=dict)

    def version(self, edits: Mapping[str, tuple[str, str]], *, migration: str = "") -> Path:
        """Write a version: a copy of ours with edits, and one more migration if there is SQL."""
        self.numbers += 1
        source = self.place.root / "sources" / str(self.numbers)
        source.mkdir(parents=True)
        for part in PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__py*"))
            else:
                shutil.copy2(ROOT / part, source / part)
        for name, (old, new) in {
            "bot/__init__.py": ("0.1.0", f"0.{self.numbers}.0"),
            **edits,
        }.items():
            text = (source / name).read_text("utf-8")
            assert old in text, (name, old)
            (source / name).write_text(text.replace(old, new), "utf-8")
        if migration:
            revision = f"9{self.numbers:03}"
            text = MIGRATION.format(revision=revision, before=self.head, more=migration)
            (source / "migrations" / "versions" / f"{revision}_more.py").write_text(text, "utf-8")
        return source

    async def deploy(self, source: Path) -> asyncio.subprocess.Process:
        """Begin a deployment as an operator does."""
        words = ["deploy", str(source), f"--root={self.place.root}", *PATIENCE]
        return await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "bot", *words, cwd=ROOT,
            env=ENVIRONMENT,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip

    def running(self) -> str:
        """Name what the keeper runs."""
        return read_status(self.place).name

    async def wait_until_ready(self) -> None:
        """Wait until what is kept is ready."""
        until = time.monotonic() + 60
        while not self.running() or all_unready(ProcessRunner(self.place).doors()):
            assert time.monotonic() < until, "nothing serves"
            await asyncio.sleep(0.1)

    async def trade(self) -> None:
        """Let somebody trade, and hold all who traded before against their orders."""
        who = await self.town.newcomer()
        await self.town.say(who, "/start")
        await self.town.say(who, "/open WIF long 1")
        self.traders[who] = 1
        for trader, orders in self.traders.items():
            assert await self.town.orders(trader) == orders, trader
        await self.town.prove_books()


async def deployed(trial: Trial, what: str, source: Path, *, serves: bool) -> None:
    """Deploy a version to its end, and see that what has to serve serves."""
    before, began = trial.running(), time.monotonic()
    process = await trial.deploy(source)
    said, _ = await process.communicate()
    seconds = time.monotonic() - began
    text = said.decode()
    assert (process.returncode == 0) is serves, text
    assert (trial.running() != before) is serves, text
    assert Versions(trial.place).current() == trial.running(), text
    await trial.wait_until_ready()
    await trial.trade()
    why = next((line for line in text.splitlines() if "unhealthy" in line or "failed" in line), "")
    print(f"{what:<34} {seconds:5.1f} s  {'serves' if serves else 'went back'}  {why[:90]}")


async def killed(trial: Trial, longest: float, chance: random.Random) -> None:
    """Kill a deployment at a random moment, see that something serves, and carry on."""
    source = trial.version({})
    moment = chance.uniform(0.5, longest)
    process = await trial.deploy(source)
    await asyncio.sleep(moment)
    if process.returncode is None:
        process.send_signal(signal.SIGKILL)
    said, _ = await process.communicate()
    done = said.decode().splitlines()
    await trial.wait_until_ready()
    serving = trial.running()
    await trial.trade()
    again = await trial.deploy(source)
    told, _ = await again.communicate()
    assert again.returncode == 0, told.decode()
    await trial.wait_until_ready()
    assert trial.running() == Versions(trial.place).current()
    await trial.trade()
    last = done[-1].split()[0] if done else "nothing"
    print(f"killed after {moment:4.1f} s (last: {last:<10}) {serving} served, then carried on")


def settled(town: Town, place: Layout) -> None:
    """Write the settings of the services."""
    place.settings.mkdir(parents=True)
    settings = town.settings(
        operations_port=free_port(),
        backup_recipients=(NewKey().public,),
        backup_dir=place.root / "backups",
    )
    given = environment_of(settings) | {"BACKUP_DIR": str(place.root / "backups")}
    lines = (f"{name}={value}\n" for name, value in given.items() if value)
    place.settings_file.write_text("".join(lines), "utf-8")


async def matrix(trial: Trial, kills: int) -> None:
    """Go through all of it."""
    await trial.trade()
    good = time.monotonic()
    await deployed(trial, "a good version", trial.version({}), serves=True)
    longest = time.monotonic() - good
    await deployed(trial, "one that ends at its start", trial.version(CRASH), serves=False)
    await deployed(trial, "one that is never ready", trial.version(UNREADY), serves=False)
    bad = trial.version({}, migration="SELECT 1 / 0")
    await deployed(trial, "a migration that fails", bad, serves=False)
    assert (await schema_state(trial.town.dsn))[0] == trial.head
    further = trial.version(CRASH, migration="SELECT 1")
    await deployed(trial, "a good migration, code that ends", further, serves=False)
    assert (await schema_state(trial.town.dsn))[0] != trial.head, "the old code runs on it"
    await deployed(trial, "a good one on the newer schema", trial.version({}), serves=True)
    chance = random.Random(7)  # noqa: S311 - a seeded chance
    for _ in range(kills):
        await killed(trial, longest, chance)
    print(f"{len(trial.traders)} people traded, nothing was lost, and the books balance")


async def main(kills: int) -> None:
    """Found the town, install a first version, keep it, and go."""
    with tempfile.TemporaryDirectory(prefix="kitrader-deploys-") as made:
        root = Path(made)
        async with embedded_postgres(root / "postgres") as server:
            head = await migrate(server.dsn)
            async with open_town(server.dsn) as town:
                place = Layout(root=root / "machine")
                settled(town, place)
                trial = Trial(town=town, place=place, head=head)
                first = build(trial.version({}), place, environment=ROOT / ".venv")
                Versions(place).switch(first)
                keeper = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-P",
                    "-m",
                    "bot",
                    "keep",
                    f"--root={place.root}",
                    cwd=ROOT,
                    env=ENVIRONMENT,
                )
                try:
                    await trial.wait_until_ready()
                    await matrix(trial, kills)
                finally:
                    keeper.send_signal(signal.SIGTERM)
                    await keeper.wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 6))
