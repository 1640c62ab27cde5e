"""The signer's journal: a file of lines, only ever added to, each sealed by the one before."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import orjson

_SEAL_LETTERS = 64
_FIRST_SEAL = "0" * _SEAL_LETTERS


class JournalDamaged(Exception):
    """The file cannot be trusted; nothing is signed until somebody has looked at it."""


class JournalFailed(Exception):
    """A line could not be written for certain, so what it was for must not happen."""


class Journal:
    """Lines of JSON, on the disk before `add` returns; one process at a time has the file.

    A line that a crash cut off at the very end was never answered for, and is taken away. Any
    other damage raises `JournalDamaged`. That lines are missing at the end cannot be seen here.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._seal = _FIRST_SEAL
        self._is_broken = False
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._handle)
            raise JournalDamaged(f"{path}: another signer has it") from error
        _sync_folder(path.parent)

    def __enter__(self) -> Self:
        """Keep the file for a block."""
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """Give the file back."""
        os.close(self._handle)

    def lines(self) -> Iterator[Mapping[str, Any]]:
        """Read it from the beginning; what a crash cut off at its end is taken away."""
        length = 0
        with self._path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    break
                yield self._checked(line, number)
                length += len(line)
        os.ftruncate(self._handle, length)

    def _checked(self, line: bytes, number: int) -> Mapping[str, Any]:
        seal, _, body = line[:-1].partition(b" ")
        wanted = _sealed(self._seal, body)
        if seal.decode("ascii", "replace") != wanted:
            raise JournalDamaged(f"{self._path}: line {number} is not as it was written")
        self._seal = wanted
        value: Mapping[str, Any] = orjson.loads(body)
        return value

    def add(self, value: Mapping[str, object]) -> None:
        """Add a line; raises `JournalFailed` where it is not certain to be on the disk."""
        if self._is_broken:
            raise JournalFailed("an earlier line could not be written; start the signer again")
        body = orjson.dumps(value)
        seal = _sealed(self._seal, body)
        line = b"%s %s\n" % (seal.encode(), body)
        try:
            written = os.write(self._handle, line)
            os.fdatasync(self._handle)
        except OSError as error:
            # After a failed sync nobody knows what the disk has; reading it anew will tell.
            self._is_broken = True
            raise JournalFailed(f"the journal: {error.strerror or error}") from error
        if written != len(line):
            self._is_broken = True
            raise JournalFailed("the journal: a line was written in part")
        self._seal = seal


def _sync_folder(folder: Path) -> None:
    """Have the file's name on the disk too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sealed(before: str, body: bytes) -> str:
    return sha256(before.encode() + b" " + body).hexdigest()
