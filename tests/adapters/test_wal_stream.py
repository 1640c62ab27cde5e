"""The stream into the archive goes on after a kill, and never holds the database up for long."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest

from bot.adapters.backups.log_opening import LogOpening
from bot.adapters.backups.restoring import NewKey, read_identity
from bot.adapters.backups.wal_archive import SealedArchive, chains_in
from bot.adapters.backups.wal_chain import ServerHand
from bot.adapters.backups.wal_stream import StreamSettings, WalStream, next_line
from bot.adapters.clock import SystemClock
from bot.adapters.database.embedded import EmbeddedServer, superuser_dsn
from bot.domain.archives import missing
from bot.ports.archive import ChainFiles


async def eventually(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_so():  # noqa: ASYNC110 (files and other processes tell nobody)
            await asyncio.sleep(0.01)


@pytest.fixture
async def archived(postgres: EmbeddedServer, tmp_path: Path) -> AsyncIterator[StreamSettings]:
    """Where the suite's own server is archived to; it keeps nothing for an archive afterwards."""
    key = NewKey()
    (tmp_path / "backup.key").write_text(key.secret)
    data = postgres.data_folder.parent
    settings = StreamSettings(
        superuser_dsn=superuser_dsn(data),
        socket_file=Path(postgres.dsn.split("host=")[1].split("&")[0]) / ".s.PGSQL.5432",
        data_folder=tmp_path,
        folder=tmp_path / "wal",
        recipients=[key.public],
        waits=False,
        least_free_bytes=1,
    )
    yield settings
    await ServerHand(settings.superuser_dsn).forget_slot()


@asynccontextmanager
async def streaming(settings: StreamSettings) -> AsyncIterator[WalStream]:
    stream = WalStream(settings, SystemClock())
    keeping = asyncio.get_running_loop().create_task(stream.keep())
    try:
        yield stream
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        await stream.end()


async def say_something(dsn: str, words: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("SELECT pg_logical_emit_message(true, 'test', $1)", words)
    await connection.close()


async def covers(stream: WalStream, moment: datetime) -> None:
    await eventually(lambda: (stream.state.covered_at or moment) > moment)


def chain_of(settings: StreamSettings) -> ChainFiles:
    return chains_in(settings.folder)[-1]


async def test_a_killed_stream_goes_on_where_it_was_and_has_all_that_was_said(
    archived: StreamSettings, tmp_path: Path
) -> None:
    for word in ("first", "second"):
        async with streaming(archived) as stream:
            await eventually(lambda: stream.state.covered_at is not None)
            await say_something(archived.superuser_dsn, f"the {word} word")
            await covers(stream, SystemClock().now())
            assert stream._process is not None
            os.kill(stream._process.pid, signal.SIGKILL)
            await eventually(lambda: stream.state.failure == "its process ended")
    (chain,) = chains_in(archived.folder)
    assert missing(chain.segments, chain.segments[0]) == []
    async with streaming(archived) as stream:
        await eventually(lambda: stream.state.covered_at is not None)
        base, size_bytes = await SealedArchive(archived, stream, SystemClock()).take_base()
    assert (archived.folder / str(chain.name) / str(base)).stat().st_size == size_bytes
    log = tmp_path / "log"
    log.mkdir()
    from_first = replace(base, needs=chain.segments[0])
    identity = read_identity(tmp_path / "backup.key")
    LogOpening(archived.folder / str(chain.name), from_first, identity, None).open_into(log)
    content = b"".join(path.read_bytes() for path in log.iterdir())
    assert b"the first word" in content
    assert b"the second word" in content
    assert all(path.suffix != ".part" for path in archived.folder.rglob("*"))


async def test_a_full_disk_is_told_and_the_database_goes_on(
    archived: StreamSettings, database_dsn: str
) -> None:
    full = replace(archived, least_free_bytes=2**60)
    async with streaming(full) as stream:
        await eventually(lambda: stream.state.failure == "the archive's disk is nearly full")
        assert not stream.state.is_awaited
        await say_something(database_dsn, "nobody waits")
    assert list(archived.folder.rglob("*.frames")) == []


async def test_a_log_that_the_server_kept_no_longer_begins_a_chain_anew(
    archived: StreamSettings,
) -> None:
    async with streaming(archived) as stream:
        await eventually(lambda: stream.state.covered_at is not None)
    first = chain_of(archived).name
    await ServerHand(archived.superuser_dsn).forget_slot()
    async with streaming(archived) as stream:
        await eventually(lambda: stream.state.covered_at is not None)
        assert stream.state.chain == chain_of(archived).name != first


async def test_a_line_that_comes_with_the_end_does_not_hold_the_end_up() -> None:
    reading = asyncio.StreamReader()
    listening = asyncio.get_running_loop().create_task(next_line(reading, 60))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    reading.feed_data(b"{}\n")
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
