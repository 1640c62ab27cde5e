"""Open the sealed log of a chain, from a base copy on, into a cluster's folder."""

import gzip
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage  # type: ignore[import-untyped] # it brings none

from bot.adapters.backups.restoring import BackupUnreadable
from bot.adapters.backups.wal_archive import log_names
from bot.adapters.backups.wal_frames import DamagedFrame, opened_frames
from bot.domain.archives import SEGMENT_BYTES, BaseName, PartName, Segment, WholeName

# A commit's own time may lie before what was written to the log ahead of it.
_SLACK = timedelta(minutes=2)


class LogOpening:
    """Opens one chain's log; `to` is the moment that is wanted, None the latest."""

    def __init__(self, chain: Path, base: BaseName, identity: object, to: datetime | None) -> None:
        self._chain = chain
        self._base = base
        self._identity = identity
        self._to = to
        self._reach = base.taken_at
        self._names: dict[Segment, list[WholeName | PartName]] = {}
        for name in log_names(chain):
            self._names.setdefault(name.segment, []).append(name)

    def open_into(self, folder: Path) -> datetime:
        """Write the segments; gives up to when they reach.

        Raises `BackupUnreadable` for a gap, a file that does not open and a moment that is not
        there; and `OSError`.
        """
        segment = self._base.needs
        while not self._is_enough(self._reach):
            content, until = self._opened(segment)
            if content is None:
                break
            (folder / str(segment)).write_bytes(content.ljust(SEGMENT_BYTES, b"\0"))
            self._reach = max(self._reach, until)
            segment = Segment(timeline=segment.timeline, number=segment.number + 1)
            if len(content) < SEGMENT_BYTES:
                break
        self._refuse_gap(segment)
        if self._to is not None and self._to > self._reach:
            raise BackupUnreadable(f"the archive reaches to {in_words(self._reach)}, no further")
        return self._reach

    def _is_enough(self, reach: datetime) -> bool:
        return self._to is not None and reach > self._to + _SLACK

    def _refuse_gap(self, expected: Segment) -> None:
        later = [each for each in self._names if each.number >= expected.number]
        if later and not self._is_enough(self._reach):
            raise BackupUnreadable(
                f"the archive has a gap: {expected} is missing or cut, and {max(later)} is there. "
                f"What is before it can be had: --to a moment up to {in_words(self._reach)}"
            )

    def _opened(self, segment: Segment) -> tuple[bytes | None, datetime]:
        names = self._names.get(segment, [])
        for name in names:
            if isinstance(name, WholeName):
                return self._whole(name), name.until
        parts = sorted(name for name in names if isinstance(name, PartName))
        found = [self._pieces(name) for name in parts]
        # The later attempt where two reach as far.
        nothing = (None, self._base.taken_at)
        return max(reversed(found), key=lambda part: len(part[0]), default=nothing)

    def _whole(self, name: WholeName) -> bytes:
        try:
            sealed = (self._chain / str(name)).read_bytes()
            content = gzip.decompress(pyrage.decrypt(sealed, [self._identity]))
        except (pyrage.DecryptError, zlib.error, gzip.BadGzipFile, EOFError) as error:
            raise self._damaged(name, self._reach) from error
        if len(content) != SEGMENT_BYTES:
            raise self._damaged(name, self._reach)
        return content

    def _pieces(self, name: PartName) -> tuple[bytes, datetime]:
        content, until = bytearray(), self._base.taken_at
        with (self._chain / str(name)).open("rb") as file:
            try:
                for piece in opened_frames(file, self._identity, name.segment.begin):
                    content += piece.content
                    until = piece.at
            except DamagedFrame as error:
                if not self._is_enough(until):
                    raise self._damaged(name, until) from error
        return bytes(content), until

    def _damaged(self, name: WholeName | PartName, good_until: datetime) -> BackupUnreadable:
        return BackupUnreadable(
            f"{name} does not open with this key, or was changed or cut. "
            f"What is before it can be had: --to a moment up to {in_words(good_until)}"
        )


def in_words(moment: datetime) -> str:
    """Give a moment as `--to` takes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
