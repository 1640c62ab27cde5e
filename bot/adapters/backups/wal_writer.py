"""The log written down sealed: piece by piece at once, and each whole segment in one file."""

import gzip
import os
import queue
import shutil
import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pyrage  # type: ignore[import-untyped] # it brings none

from bot.adapters.backups.replication_wire import Piece
from bot.adapters.backups.sealed_files import create_sealed, sync_folder
from bot.adapters.backups.wal_frames import sealed_frame
from bot.domain.archives import (
    SEGMENT_BYTES,
    PartName,
    Segment,
    WholeName,
    read_archive_name,
    segment_at,
)


class DiskNearlyFull(Exception):
    """The archive's disk has less room left than it is to have."""


class WalWriter:
    """Writes a chain's log from the beginning of a segment on; safe on the disk when `put` ends.

    A segment that is whole is written anew in one file, gzip in age, which plain tools open; its
    pieces go only then. A thread does so: nothing that is committed waits for it.
    """

    def __init__(
        self, *, chain: Path, timeline: int, recipients: Sequence[object], least_free_bytes: int
    ) -> None:
        self._chain = chain
        self._timeline = timeline
        self._recipients = recipients
        self._least_free_bytes = least_free_bytes
        self._handle: int | None = None
        self._content = bytearray()
        self._segment = Segment(timeline=timeline, number=-1)
        self._unproven: Path | None = None
        self._whole: queue.SimpleQueue[tuple[WholeName, bytes] | None] = queue.SimpleQueue()
        self._failure: OSError | None = None
        self._thread = threading.Thread(target=self._finish_whole, daemon=True)
        self._thread.start()

    def put(self, piece: Piece) -> None:
        """Write a piece, sealed; raises `OSError`, `DiskNearlyFull`."""
        if self._failure is not None:
            raise self._failure
        if shutil.disk_usage(self._chain).free < self._least_free_bytes:
            raise DiskNearlyFull("the archive's disk is nearly full")
        content, place = piece.content, piece.place
        while True:
            room = SEGMENT_BYTES - place % SEGMENT_BYTES
            self._put_inside(Piece(place=place, content=content[:room], at=piece.at))
            content, place = content[room:], place + room
            if not content:
                return

    def close(self) -> None:
        """Finish what is whole."""
        self._whole.put(None)
        self._thread.join()
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        if self._unproven is not None:
            # An earlier attempt reaches further: with a full disk there would be ever more.
            self._unproven.unlink(missing_ok=True)

    def _put_inside(self, piece: Piece) -> None:
        if not piece.content and piece.place % SEGMENT_BYTES == 0:
            # A sign of life between two segments belongs to none.
            return
        segment = segment_at(self._timeline, piece.place)
        if segment != self._segment:
            self._begin(segment)
        # Begun on a boundary, so this is it: all of the segment is in hand.
        assert piece.place - segment.begin == len(self._content)  # noqa: S101 (what the wire swears)
        assert self._handle is not None  # noqa: S101
        frame = sealed_frame(piece, self._recipients)
        at = os.lseek(self._handle, 0, os.SEEK_END)
        try:
            _write(self._handle, frame)
            os.fdatasync(self._handle)
        except OSError:
            # Half a frame would end the file for whoever reads it.
            os.ftruncate(self._handle, at)
            raise
        self._content += piece.content
        if len(self._content) == SEGMENT_BYTES:
            until = piece.at.replace(microsecond=0) + timedelta(seconds=1)
            self._whole.put((WholeName(segment=segment, until=until), bytes(self._content)))

    def _begin(self, segment: Segment) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        attempts = [name.attempt for name in _parts(self._chain, segment)]
        name = PartName(segment=segment, attempt=max(attempts, default=0) + 1)
        self._handle = create_sealed(self._chain / str(name))
        self._unproven = self._chain / str(name) if attempts else None
        sync_folder(self._chain)
        self._segment = segment
        self._content.clear()

    def forget_attempts(self) -> None:
        """Let go of what earlier attempts wrote of the segment in hand: all of it is here now."""
        self._unproven = None
        for name in _parts(self._chain, self._segment)[:-1]:
            (self._chain / str(name)).unlink(missing_ok=True)

    def _finish_whole(self) -> None:
        while (job := self._whole.get()) is not None:
            try:
                self._finish(*job)
            except OSError as error:
                self._failure = error
                return

    def _finish(self, name: WholeName, content: bytes) -> None:
        place = self._chain / str(name)
        part = place.with_name(f"{name}.part")
        part.unlink(missing_ok=True)
        handle = create_sealed(part)
        try:
            _write(handle, pyrage.encrypt(gzip.compress(content, 1), self._recipients))
            os.fsync(handle)
        except OSError:
            part.unlink(missing_ok=True)
            raise
        finally:
            os.close(handle)
        part.replace(place)
        sync_folder(self._chain)
        for old in _names(self._chain, name.segment):
            if old != name:
                (self._chain / str(old)).unlink(missing_ok=True)


def _parts(chain: Path, segment: Segment) -> list[PartName]:
    """Give the attempts at a segment, the latest last."""
    names = _names(chain, segment)
    return sorted(name for name in names if isinstance(name, PartName))


def _names(chain: Path, segment: Segment) -> list[PartName | WholeName]:
    found = [read_archive_name(path.name) for path in chain.iterdir()]
    return [
        name for name in found if isinstance(name, PartName | WholeName) and name.segment == segment
    ]


def _write(handle: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view) :]
