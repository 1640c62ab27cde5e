"""The archive as files: what is there, base copies taken and let go, segments let go."""

import asyncio
import os
import re
import shutil
import subprocess
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, TypeVar, cast

import pyrage  # type: ignore[import-untyped] # it brings none

from bot.adapters.backups.programs import complaint_of, started
from bot.adapters.backups.sealed_files import create_sealed, read_recipients, sync_folder
from bot.adapters.backups.wal_stream import StreamSettings, WalStream
from bot.adapters.database.embedded_errors import EmbeddedPostgresError
from bot.domain.archives import (
    BaseName,
    ChainName,
    PartName,
    Segment,
    WholeName,
    read_archive_name,
    read_segment,
)
from bot.domain.errors import Unavailable
from bot.ports.archive import ChainFiles, StreamState
from bot.ports.clock import Clock

T = TypeVar("T")
_BASE = (
    *("--pgdata=-", "--format=tar", "--wal-method=none", "--checkpoint=fast"),
    *("--gzip", "--compress=1", "--manifest-checksums=SHA256"),
)
_START = re.compile(rb"START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)")
_PEEK_BYTES = 64 * 1024


class SealedArchive:
    """Implements `LogArchive`: chains as folders that only their owner can enter.

    Nothing is ever there in the clear, and a base copy has its name once it is whole and synced.
    """

    def __init__(self, settings: StreamSettings, stream: WalStream, clock: Clock) -> None:
        """Raises `BadRecipientError`."""
        self._settings = settings
        self._stream = stream
        self._clock = clock
        self._recipients = read_recipients(settings.recipients)

    def state(self) -> StreamState:
        """Give how the stream is now."""
        return self._stream.state

    async def chains(self) -> Sequence[ChainFiles]:
        """Give what is there, oldest chain first."""
        return await _in_thread(lambda: chains_in(self._settings.folder))

    async def take_base(self) -> tuple[BaseName, int]:
        """Copy the cluster into the chain that is streamed."""
        chain = self._stream.state.chain
        if chain is None:
            raise Unavailable("archive", "there is no stream yet")
        return await _in_thread(lambda: self._take_base(self._settings.folder / str(chain)))

    async def drop_base(self, chain: ChainName, base: BaseName) -> None:
        """Take a base copy away."""
        place = self._settings.folder / str(chain) / str(base)
        await _in_thread(lambda: place.unlink(missing_ok=True))

    async def drop_segments(self, chain: ChainName, before: Segment) -> None:
        """Take away what lies before a segment."""
        folder = self._settings.folder / str(chain)

        def drop() -> None:
            for name in log_names(folder):
                if name.segment.number < before.number:
                    (folder / str(name)).unlink(missing_ok=True)

        await _in_thread(drop)

    async def drop_chain(self, chain: ChainName) -> None:
        """Take a whole chain away."""
        if chain != self._stream.state.chain:
            await _in_thread(lambda: shutil.rmtree(self._settings.folder / str(chain)))

    def _take_base(self, chain: Path) -> tuple[BaseName, int]:
        part = chain / "base.part"
        # Whatever an earlier try left is nobody's.
        part.unlink(missing_ok=True)
        free_bytes = shutil.disk_usage(chain).free
        if free_bytes < self._settings.least_free_bytes:
            raise Unavailable("archive", "the archive's disk is nearly full")
        handle = create_sealed(part)
        try:
            with os.fdopen(handle, "wb") as file:
                needs = self._copy_into(file)
                file.flush()
                os.fsync(file.fileno())
                size_bytes = file.seek(0, 2)
            name = BaseName(taken_at=_whole_second(self._clock.now()), needs=needs)
            part.replace(chain / str(name))
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync_folder(chain)
        return name, size_bytes

    def _copy_into(self, file: IO[bytes]) -> Segment:
        process = started(
            "pg_basebackup", _BASE, self._settings.superuser_dsn, stdout=subprocess.PIPE
        )
        # It was started with a pipe.
        reading = _Peeking(cast("IO[bytes]", process.stdout))
        try:
            pyrage.encrypt_io(reading, file, self._recipients)
        except BaseException:
            process.kill()
            complaint_of(process)
            raise
        complaint = complaint_of(process)
        if process.returncode != 0:
            raise Unavailable("archive", complaint)
        return reading.needs()


class _Peeking:
    """Reads on, and keeps the beginning: a base copy begins by saying which log it needs."""

    def __init__(self, inner: IO[bytes]) -> None:
        self._inner = inner
        self._begin = b""

    def read(self, size: int = -1) -> bytes:
        got = self._inner.read(size)
        if len(self._begin) < _PEEK_BYTES:
            self._begin += got
        return got

    def needs(self) -> Segment:
        label = zlib.decompressobj(wbits=31).decompress(self._begin, 4096)
        found = _START.search(label)
        if found is None:
            raise Unavailable("archive", "the base copy does not say which log it needs")
        return read_segment(found[1].decode())


def chains_in(folder: Path) -> list[ChainFiles]:
    """Give the chains in a folder, oldest first; raises `OSError`."""
    if not folder.is_dir():
        return []
    found = [(read_archive_name(path.name), path) for path in folder.iterdir() if path.is_dir()]
    chains = [_files_of(name, path) for name, path in found if isinstance(name, ChainName)]
    return sorted(chains, key=lambda chain: chain.name)


def log_names(chain: Path) -> list[WholeName | PartName]:
    """Give the names of a chain's segments, whole and in pieces."""
    names = (read_archive_name(path.name) for path in chain.iterdir())
    return [name for name in names if isinstance(name, WholeName | PartName)]


def _files_of(name: ChainName, folder: Path) -> ChainFiles:
    names = [(read_archive_name(path.name), path) for path in folder.iterdir()]
    return ChainFiles(
        name=name,
        bases=sorted(base for base, _ in names if isinstance(base, BaseName)),
        segments=sorted({log.segment for log, _ in names if isinstance(log, WholeName | PartName)}),
        size_bytes=sum(path.stat().st_size for _, path in names if path.exists()),
    )


def _whole_second(moment: datetime) -> datetime:
    # Up: at an earlier moment it was not whole.
    return datetime.fromtimestamp(-(-moment.timestamp() // 1), moment.tzinfo)


async def _in_thread(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except (OSError, EmbeddedPostgresError) as error:
        raise Unavailable("archive", str(error)) from error
