"""The little of PostgreSQL's replication protocol that an archive needs, over its socket.

Source: PostgreSQL 18, 54.2 (message flow), 54.4 (streaming replication), 54.7 (message formats).
"""

import contextlib
import select
import socket
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_VERSION = 196_608
_READ_BYTES = 1 << 20
_HEAD = struct.Struct("!cI")
_DATA, _ALIVE, _REPORT = struct.Struct("!cQQq"), struct.Struct("!cQqB"), struct.Struct("!cQQQqB")
_TIMEOUT_SECONDS = 30.0


class StreamEnded(Exception):
    """The server sends no more log; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of log from `place` on; empty where the server only says that it has no more.

    `at` is the server's clock when it sent the piece.
    """

    place: int
    content: bytes
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerState:
    """Where a server's log is: up to `flushed` it is on its disk."""

    timeline: int
    flushed: int


class ReplicationWire:
    """One connection that streams the log; blocking, for a process that does nothing else."""

    def __init__(self, socket_file: Path, *, user: str, name: str) -> None:
        """Raises `OSError`, `StreamEnded`."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(_TIMEOUT_SECONDS)
        self._buffer = bytearray()
        self._socket.connect(str(socket_file))
        words = ("user", user, "replication", "true", "application_name", name)
        body = b"".join(word.encode() + b"\0" for word in words) + b"\0"
        self._socket.sendall(struct.pack("!II", len(body) + 8, _VERSION) + body)
        self._until(b"Z")

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def identify(self) -> ServerState:
        """Ask where the server's log is."""
        rows = self._ask("IDENTIFY_SYSTEM", b"Z")
        values = _row(next(body for kind, body in rows if kind == b"D"))
        high, low = values[2].split("/")
        return ServerState(timeline=int(values[1]), flushed=(int(high, 16) << 32) | int(low, 16))

    def start(self, *, slot: str, place: int, timeline: int) -> None:
        """Begin to stream from a place on, which the slot has kept."""
        where = f"{place >> 32:X}/{place & 0xFFFF_FFFF:X}"
        self._ask(f"START_REPLICATION SLOT {slot} PHYSICAL {where} TIMELINE {timeline}", b"W")

    def pieces(self, patience_seconds: float) -> list[Piece]:
        """Give all that is there, waiting for the first no longer than that."""
        with contextlib.suppress(BlockingIOError):
            if not self._complete() and not self._readable(patience_seconds):
                return []
            while self._readable(0):
                self._receive()
                if len(self._buffer) > _READ_BYTES:
                    break
        found = []
        while self._complete():
            kind, body = self._message()
            if kind == b"d":
                found += _piece(body)
            else:
                raise StreamEnded("the server ended the stream")
        return found

    def report(self, place: int, *, asks: bool = False) -> None:
        """Say up to where the log is safe here; `asks` wants a sign of life."""
        answer = _REPORT.pack(b"r", place, place, place, 0, asks)
        self._socket.sendall(_HEAD.pack(b"d", len(answer) + 4) + answer)

    def _ask(self, query: str, end: bytes) -> list[tuple[bytes, bytes]]:
        text = query.encode() + b"\0"
        self._socket.sendall(_HEAD.pack(b"Q", len(text) + 4) + text)
        return self._until(end)

    def _until(self, end: bytes) -> list[tuple[bytes, bytes]]:
        seen = []
        while True:
            while not self._complete():
                self._receive()
            kind, body = self._message()
            if kind == b"E":
                raise StreamEnded(_complaint(body))
            if kind == b"R" and body[:4] != bytes(4):
                raise StreamEnded("the server asks for a password")
            seen.append((kind, body))
            if kind == end:
                return seen

    def _readable(self, patience_seconds: float) -> bool:
        return bool(select.select([self._socket], [], [], patience_seconds)[0])

    def _receive(self) -> None:
        got = self._socket.recv(_READ_BYTES)
        if not got:
            raise StreamEnded("the server is gone")
        self._buffer += got

    def _complete(self) -> bool:
        if len(self._buffer) < _HEAD.size:
            return False
        length: int = _HEAD.unpack_from(self._buffer)[1]
        return len(self._buffer) > length

    def _message(self) -> tuple[bytes, bytes]:
        kind, length = _HEAD.unpack_from(self._buffer)
        body = bytes(self._buffer[_HEAD.size : 1 + length])
        del self._buffer[: 1 + length]
        return kind, body


def _piece(body: bytes) -> list[Piece]:
    if body[:1] == b"w":
        _, place, _, at_us = _DATA.unpack_from(body)
        return [Piece(place=place, content=body[_DATA.size :], at=_moment(at_us))]
    if body[:1] == b"k":
        _, place, at_us, _ = _ALIVE.unpack_from(body)
        return [Piece(place=place, content=b"", at=_moment(at_us))]
    return []


def _moment(at_us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at_us)


def _row(body: bytes) -> list[str]:
    values, at = [], 2
    for _ in range(struct.unpack_from("!H", body)[0]):
        (length,) = struct.unpack_from("!i", body, at)
        at += 4
        values.append(body[at : at + max(0, length)].decode())
        at += max(0, length)
    return values


def _complaint(body: bytes) -> str:
    fields = {part[:1]: part[1:] for part in body.split(b"\0") if part}
    return fields.get(b"M", b"the server refused").decode(errors="replace")
