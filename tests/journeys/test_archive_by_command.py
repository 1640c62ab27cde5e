"""The archive brought back by command: the last acknowledged order, a moment, or nothing at all."""

import asyncio
import json
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.backups.drill_process import read_drill
from bot.adapters.backups.restoring import NewKey
from bot.adapters.backups.wal_archive import SealedArchive
from bot.adapters.backups.wal_stream import StreamSettings, WalStream
from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import open_pool
from bot.adapters.database.embedded import embedded_postgres, superuser_dsn
from bot.adapters.database.embedded_cluster import socket_folder_of
from bot.adapters.database.migrate import migrate
from bot.bootstrap.settings import Settings
from bot.cli.backup_drill import drilled
from bot.cli.restore_moment import bring_back
from bot.cli.setup import SetupError
from tests.builders.books import books_on, decided_long, known_token, meet
from tests.journeys.processes import Forks

QUICK = {
    "fsync": "off",
    "autovacuum": "off",
    # What commits wait for is set while it runs.
    "synchronous_standby_names": None,
}
SAID = b"a word that nobody may read in the archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """What is left of a bot whose disk is gone: its backups, and what people had heard from it."""

    backups: Path
    chain: Path
    secret: Path
    after_first: datetime
    orders: int

    def environment(self, data: Path) -> dict[str, str]:
        return {"DATA_DIR": str(data), "BACKUP_DIR": str(self.backups)}

    def words(self, *more: str, to: str = "latest") -> list[str]:
        return ["restore", "--to", to, "--key", str(self.secret), *more]


async def eventually(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_so():  # noqa: ASYNC110 (files and other processes tell nobody)
            await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
async def lost(tmp_path_factory: pytest.TempPathFactory) -> Lost:
    """An archive of a server that was killed right after it had acknowledged an order."""
    folder = tmp_path_factory.mktemp("archived")
    key = NewKey()
    (folder / "backup.key").write_text(key.secret)
    data = tmp_path_factory.mktemp("data")
    async with embedded_postgres(data, settings=QUICK) as server:
        await migrate(server.dsn)
        settings = StreamSettings(
            superuser_dsn=superuser_dsn(data),
            socket_file=socket_folder_of(data) / ".s.PGSQL.5432",
            data_folder=data,
            folder=folder / "backups" / "wal",
            recipients=[key.public],
            waits=True,
            least_free_bytes=1,
        )
        stream = WalStream(settings, SystemClock())
        keeping = asyncio.get_running_loop().create_task(stream.keep())
        await eventually(lambda: stream.state.is_awaited)
        await SealedArchive(settings, stream, SystemClock()).take_base()
        async with open_pool(server.dsn, size=2) as pool:
            books = books_on(pool)
            ann, token = await meet(books), await known_token(pool)
            await books.book(*await decided_long(books, ann, token, request_id="tg:1"), [])
            # The base copy's moment is rounded up to the second.
            await asyncio.sleep(1)
            after_first = SystemClock().now()
            await books.book(*await decided_long(books, ann, token, request_id="tg:2"), [])
            await pool.execute("UPDATE users SET first_name = $1", SAID.decode())
            os.kill(server.pid, signal.SIGKILL)
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        await stream.end()
    (chain,) = (folder / "backups" / "wal").iterdir()
    return Lost(
        backups=folder / "backups",
        chain=chain,
        secret=folder / "backup.key",
        after_first=after_first,
        orders=2,
    )


async def test_killed_at_work_it_begins_again_and_has_the_last_acknowledged_order(
    forks: Forks, lost: Lost, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    child = await forks.start(lost.words(), lost.environment(data))
    await eventually((data / "restoring" / "postgres" / "pg_wal").exists)
    child.kill()
    await child.code()
    assert not (data / "postgres").exists()
    code, said = await forks.run(lost.words("--json"), lost.environment(data))
    assert code == 0, said
    done = json.loads(said)
    assert (done["is_balanced"], done["counts"]["orders"]) == (True, lost.orders)
    assert done["last_order"].startswith("order 2 (")
    assert [path.name for path in data.iterdir()] == ["postgres"]
    code, said = await forks.run(lost.words(), lost.environment(data))
    assert (code, "is not empty (postgres)" in said) == (1, True)


async def test_a_moment_between_two_orders_has_the_first_alone(
    forks: Forks, lost: Lost, tmp_path: Path
) -> None:
    words = lost.words("--json", to=lost.after_first.isoformat())
    code, said = await forks.run(words, lost.environment(tmp_path / "data"))
    assert code == 0, said
    assert json.loads(said)["counts"]["orders"] == 1


async def test_nothing_in_the_archive_is_in_the_clear_or_open_to_others(lost: Lost) -> None:
    files = [path for path in lost.backups.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".age", ".frames"}
    for path in files:
        assert path.stat().st_mode & 0o077 == 0
        content = path.read_bytes()
        assert SAID not in content
        assert b"age-encryption.org" in content[:64]
    assert all(path.stat().st_mode & 0o077 == 0 for path in lost.backups.rglob("*/"))


async def test_what_cannot_be_brought_back_is_refused_in_words_and_changes_nothing(
    lost: Lost, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    settings = Settings(data_dir=data, backup_dir=lost.backups)

    async def refused(to: datetime | None = None, **other: Path) -> str:
        key, backups = other.get("key", lost.secret), other.get("backups")
        with pytest.raises(SetupError, match="nothing was restored") as raised:
            await bring_back(settings, backups=backups, key=key, to=to)
        assert list(data.iterdir()) == []
        return str(raised.value)

    strange = tmp_path / "other.key"
    strange.write_text(NewKey().secret)
    said = await refused(key=strange)
    assert "does not open with this key" in said
    assert "AGE-SECRET" not in said
    now = SystemClock().now()
    assert "reaches to" in await refused(now + timedelta(hours=1))
    assert "begins at" in await refused(now - timedelta(days=1))
    assert "no base copy" in await refused(backups=tmp_path)
    log = sorted(lost.chain.glob("0*"))
    for spoil, place in ((_cut_out, log[1]), (_shorten, log[1]), (_change, log[-1])):
        before = place.read_bytes()
        spoil(place)
        assert "What is before it can be had: --to" in await refused()
        place.write_bytes(before)
    (base,) = lost.chain.glob("base-*")
    before = base.read_bytes()
    _change(base)
    assert "does not open with this key, or was changed" in await refused()
    base.write_bytes(before)


async def test_a_drill_proves_the_books_and_leaves_nothing_but_its_note(
    lost: Lost, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    settings = Settings(data_dir=data, backup_dir=lost.backups)
    drill = await drilled(settings, lost.secret)
    assert drill.is_well, drill
    assert [(each.kind, each.last_order[:8]) for each in drill.backups] == [("archive", "order 2 ")]
    assert [path.name for path in data.iterdir()] == ["drill.json"]
    strange = tmp_path / "other.key"
    strange.write_text(NewKey().secret)
    drill = await drilled(settings, strange)
    assert not drill.is_well
    assert read_drill(data / "drill.json") == replace(drill, backups=tuple(drill.backups))
    assert [path.name for path in data.iterdir()] == ["drill.json"]


def _cut_out(place: Path) -> None:
    place.unlink()


def _change(place: Path) -> None:
    content = bytearray(place.read_bytes())
    content[len(content) // 2] ^= 1
    place.write_bytes(content)


def _shorten(place: Path) -> None:
    place.write_bytes(place.read_bytes()[:-100])
