"""Kill bot, archiver and PostgreSQL at once, throw the disk away, restore: is the last order there?

Three ways side by side: `wait` (an order is acknowledged once it is archived), `follow` (archived
right after) and, as negative control, the night's backup alone, which must lose orders.
"""

import argparse
import asyncio
import os
import random
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import asyncpg
import orjson
import psutil  # type: ignore[import-untyped] # it brings none, and killing needs none

# Runs by its path as well as with -m.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bots import ROOT, our_bot
from benchmarks.growth_fill import grow
from benchmarks.people import People, people_of
from bot.adapters.backups.restoring import NewKey
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from bot.cli.sandbox_process import Sandbox, sandbox_process

WAIT, FOLLOW, CONTROL = "wait", "follow", "off"
_GUESTS, _PAUSE_SECONDS = 20, 0.1
_LOAD_SECONDS = (6.0, 12.0)
_READY_SECONDS = 120.0
_COUNTED = "SELECT user_id, count(*) AS orders FROM orders WHERE user_id = ANY($1) GROUP BY 1"


@dataclass(slots=True, kw_only=True)
class Round:
    """What one round found; orders are those that people had been told of before the kill."""

    archive: str
    transfers: int
    acknowledged: int = 0
    lost: int = 0
    restore_seconds: float = 0.0
    backup_bytes: int = 0
    is_balanced: bool = False
    last_order: str = ""
    latencies_ms: list[float] = field(default_factory=list)
    said_instead: set[str] = field(default_factory=set)


def main() -> None:
    """Run the rounds; exits with 1 unless `wait` lost nothing and the control lost something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transfers", type=int, nargs="*", default=[10_000])
    parser.add_argument("--rounds", type=int, default=1, help="for each way and size")
    parser.add_argument("--ways", nargs="*", default=[WAIT, FOLLOW, CONTROL])
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    words = parser.parse_args()
    print(f"seed {words.seed}", flush=True)
    chance = random.Random(words.seed)  # noqa: S311 (a benchmark's luck)
    found = [
        asyncio.run(_round(way, transfers, chance))
        for transfers in words.transfers
        for way in words.ways
        for _ in range(words.rounds)
    ]
    lost = Counter[str]()
    for each in found:
        lost[each.archive] += each.lost
    is_proved = lost[WAIT] == 0 and (CONTROL not in words.ways or lost[CONTROL] > 0)
    is_proved = is_proved and all(each.is_balanced for each in found)
    if words.json:
        line = {"name": "restore drill", "unit": "orders lost", "ours": lost[WAIT]}
        rounds = [{**asdict(each), "said_instead": sorted(each.said_instead)} for each in found]
        print(orjson.dumps({**line, "is_proved": is_proved, "rounds": rounds}).decode())
    sys.exit(0 if is_proved else 1)


async def _round(way: str, transfers: int, chance: random.Random) -> Round:
    found = Round(archive=way, transfers=transfers)
    with tempfile.TemporaryDirectory(prefix="kitrader-drill-") as name:
        folder, key = Path(name), NewKey()
        # PostgreSQL runs as another account where we are root.
        folder.chmod(0o755)  # noqa: ASYNC240 (nothing runs yet)
        (folder / "backup.key").write_text(key.secret)
        async with embedded_postgres(folder / "data") as server:
            await migrate(server.dsn)
            if transfers:
                await grow(server.dsn, transfers)
        more = {
            "ARCHIVE": way,
            "BACKUP_RECIPIENTS": key.public,
            "BACKUP_DIR": str(folder / "backups"),
            "ARCHIVE_DISK_FREE_MB": "100",
        }
        async with sandbox_process(accounts=(), seed=1, port=0) as sandbox:
            acknowledged = await _live(sandbox, folder, more, found, chance)
        shutil.rmtree(folder / "data")
        found.acknowledged = sum(acknowledged.values())
        await _restore(folder, more, acknowledged, found)
        _show(found)
        return found


async def _live(
    sandbox: Sandbox, folder: Path, more: Mapping[str, str], found: Round, chance: random.Random
) -> Counter[int]:
    acknowledged = Counter[int]()
    async with our_bot(sandbox, folder, more=more) as bot, people_of(sandbox.page_url) as people:
        await asyncio.wait_for(bot.says('"running"'), _READY_SECONDS)
        guests = await people.invite(_GUESTS)
        await asyncio.gather(*(people.ask(guest, "/start") for guest in guests))
        await _protected(folder, more, found.archive)
        async with asyncio.TaskGroup() as group:
            talking = [
                group.create_task(_trade(people, guest, acknowledged, found)) for guest in guests
            ]
            async with asyncio.timeout(_READY_SECONDS):
                while acknowledged.total() < _GUESTS:  # noqa: ASYNC110 (people tell nobody)
                    await asyncio.sleep(0.05)
            await asyncio.sleep(chance.uniform(*_LOAD_SECONDS))
            _kill_all(bot.pid)
            told = Counter(acknowledged)
            for one in talking:
                one.cancel()
    return told


async def _protected(folder: Path, more: Mapping[str, str], way: str) -> None:
    """Wait for the first copy: the base of an archive, or the dump that the control has."""
    pattern = "wal/*/base-*.age" if way != CONTROL else "*.dump.age"
    if way == CONTROL:
        await _command(folder, more, "backup")
    async with asyncio.timeout(_READY_SECONDS):
        while not list((folder / "backups").glob(pattern)):  # noqa: ASYNC110 (files tell nobody)
            await asyncio.sleep(0.1)


async def _trade(people: People, guest: int, acknowledged: Counter[int], found: Round) -> None:
    while True:
        asked = await people.ask(guest, "/open JUP long 0.01", patience_seconds=60)
        if "ought" in asked.answer:
            acknowledged[guest] += 1
            found.latencies_ms.append(round(asked.latency_ms, 1))
        else:
            found.said_instead.add(asked.answer)
        await asyncio.sleep(_PAUSE_SECONDS * _GUESTS)


def _kill_all(pid: int) -> None:
    """Pull the plug of the bot and of whatever it started, PostgreSQL and archiver included."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for process in reversed(family):
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


async def _restore(
    folder: Path, more: Mapping[str, str], acknowledged: Counter[int], found: Round
) -> None:
    backups = folder / "backups"
    found.backup_bytes = sum(path.stat().st_size for path in backups.rglob("*.*"))
    to: Sequence[str] = ("--to", "latest")
    if found.archive == CONTROL:
        to = (str(next(backups.glob("*.dump.age"))),)
    began = time.monotonic()
    done = await _command(
        folder, more, "restore", *to, "--key", str(folder / "backup.key"), "--json"
    )
    found.restore_seconds = round(time.monotonic() - began, 2)
    found.is_balanced = bool(done["is_balanced"])
    found.last_order = str(done.get("last_order", ""))
    async with embedded_postgres(folder / "data") as server:
        connection = await asyncpg.connect(server.dsn)
        rows = await connection.fetch(_COUNTED, list(acknowledged))
        await connection.close()
    kept = {row["user_id"]: row["orders"] for row in rows}
    found.lost = sum(max(0, told - kept.get(guest, 0)) for guest, told in acknowledged.items())


async def _command(folder: Path, more: Mapping[str, str], *words: str) -> dict[str, object]:
    given = {**os.environ, "PYTHONPATH": str(ROOT), "DATA_DIR": str(folder / "data"), **more}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "bot", *words, *([] if "--json" in words else ["--json"])),
        env=given,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said
    answer: dict[str, object] = orjson.loads(said)
    return answer


def _show(found: Round) -> None:
    ranked = sorted(found.latencies_ms) or [0.0]
    middle, late = ranked[len(ranked) // 2], ranked[-(-99 * len(ranked) // 100) - 1]
    print(
        f"{found.archive:<7} {found.transfers:>8} transfers before, "
        f"{found.acknowledged:>4} orders told, {found.lost:>4} lost, "
        f"restored in {found.restore_seconds:>6.1f} s from {found.backup_bytes / 1e6:.1f} MB, "
        f"{'books balance' if found.is_balanced else 'BOOKS DIFFER'}, "
        f"/open p50 {middle:.0f} ms p99 {late:.0f} ms",
        flush=True,
    )
    for said in sorted(found.said_instead):
        print(f"  instead of an order: {said!r}", flush=True)


if __name__ == "__main__":
    main()
