"""One log file: rotated by size, kept for days, shared by processes, and never half a line."""

import errno
import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_MODE = 0o640
_DAY_SECONDS = 86_400
_MOST_KEPT = 50
_MOMENT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRules:
    """How large a file grows before it is rotated, and how long rotated ones are kept.

    Fifty of each component are kept at most, whatever the days say: a fault that repeats must not
    fill the disk.
    """

    size_bytes: int = 10_000_000
    days: int = 14


class LogFile:
    """Appends lines; all of its methods may raise `OSError`, and leave whole lines behind.

    Another process may write to the same file, and rotate it: that is noticed before each write.
    Moments are seconds since 1970, of the lines that are written.
    """

    def __init__(self, folder: Path, name: str, rules: LogRules) -> None:
        self._path = folder / f"{name}.log"
        self._rules = rules
        self._of_ours = re.compile(rf"{re.escape(name)}-(\d{{8}}T\d{{6}}Z)(-\d+)?\.log")
        self._descriptor = -1

    def append(self, lines: bytes, moment: float) -> None:
        """Write whole lines, to a new file where this one is full."""
        self._open()
        size = os.fstat(self._descriptor).st_size
        if size and size + len(lines) > self._rules.size_bytes:
            self._rotate(moment)
            size = os.fstat(self._descriptor).st_size
        written = os.write(self._descriptor, lines)
        if written < len(lines):
            self._take_back(size, written)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))

    def close(self) -> None:
        """Let the file go."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def forget_old(self, moment: float) -> None:
        """Drop rotated files that are older than the rules say, and more than fifty."""
        there = sorted((found.name for found in self._path.parent.iterdir()), reverse=True)
        oldest = moment - self._rules.days * _DAY_SECONDS
        for place, found in enumerate(filter(None, map(self._of_ours.fullmatch, there))):
            if place >= _MOST_KEPT or found[1] < f"{datetime.fromtimestamp(oldest, UTC):{_MOMENT}}":
                # Another process has the same rules, and may have been quicker.
                self._path.with_name(found[0]).unlink(missing_ok=True)

    def _open(self) -> None:
        if self._descriptor >= 0 and not self._is_ours():
            self.close()
        if self._descriptor < 0:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            self._descriptor = os.open(self._path, flags, _MODE)

    def _is_ours(self) -> bool:
        try:
            return os.path.samestat(self._path.stat(), os.fstat(self._descriptor))
        except FileNotFoundError:
            return False

    def _take_back(self, size: int, written: int) -> None:
        # Unless somebody else has appended meanwhile: theirs is worth more than our half a line.
        with suppress(OSError):
            if os.fstat(self._descriptor).st_size == size + written:
                os.ftruncate(self._descriptor, size)

    def _rotate(self, moment: float) -> None:
        with _alone_in(self._path.parent):
            if self._is_ours():
                self._path.rename(self._free_name(moment))
        self._open()
        self.forget_old(moment)

    def _free_name(self, moment: float) -> Path:
        stem = f"{self._path.stem}-{datetime.fromtimestamp(moment, UTC):{_MOMENT}}"
        name, number = self._path.with_name(f"{stem}.log"), 1
        while name.exists():
            name, number = self._path.with_name(f"{stem}-{number}.log"), number + 1
        return name


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Let one process at a time rotate."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
