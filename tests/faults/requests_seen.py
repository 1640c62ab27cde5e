"""Reads what a client asks of a server out of the bytes that pass, so that faults can aim."""

import re
import struct
from typing import Protocol

_LENGTH_BYTES = 4
_NOT_YET_STARTED = frozenset({80877102, 80877103, 80877104})
"""To cancel, and to ask for TLS or GSS encryption: sent before, or instead of, a start."""
_HTTP_REQUEST = re.compile(rb"^(?:GET|POST|PUT|DELETE) (\S+) HTTP/1\.[01]\r\n", re.MULTILINE)


class RequestsSeen(Protocol):
    """Names the requests of one connection as their bytes pass."""

    def feed(self, data: bytes) -> list[str]:
        """Take bytes in order; gives the requests that became complete with them."""


class HttpRequests:
    """HTTP/1.1: a request is named by its path, `/bot<token>/sendMessage`."""

    def feed(self, data: bytes) -> list[str]:
        """Find the requests that begin in these bytes."""
        return [match[1].decode("latin-1") for match in _HTTP_REQUEST.finditer(data)]


class PostgresRequests:
    """PostgreSQL's protocol 3.0: a request is named by its SQL, once it is to be executed.

    A prepared statement is parsed once and named ever after, so the names are kept. Source:
    PostgreSQL's documentation, "Message Formats".
    """

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._is_started = False
        self._statements: dict[bytes, str] = {}

    def feed(self, data: bytes) -> list[str]:
        """Take bytes; gives the SQL of each execution that became complete with them."""
        self._waiting += data
        found: list[str] = []
        while (message := self._next()) is not None:
            found += self._executed(*message)
        return found

    def _next(self) -> tuple[bytes, bytes] | None:
        type_bytes = 1 if self._is_started else 0
        if len(self._waiting) < type_bytes + _LENGTH_BYTES:
            return None
        (length,) = struct.unpack_from("!i", self._waiting, type_bytes)
        end = type_bytes + length
        if len(self._waiting) < end:
            return None
        kind = bytes(self._waiting[:type_bytes])
        body = bytes(self._waiting[type_bytes + _LENGTH_BYTES : end])
        del self._waiting[:end]
        return kind, body

    def _executed(self, kind: bytes, body: bytes) -> list[str]:
        match kind:
            case b"":
                self._is_started = struct.unpack_from("!i", body)[0] not in _NOT_YET_STARTED
            case b"P":
                name, query, _ = body.split(b"\0", 2)
                self._statements[name] = query.decode()
            case b"B":
                name = body.split(b"\0", 2)[1]
                return [self._statements.get(name, "")]
            case b"Q":
                return [body.rstrip(b"\0").decode()]
            case _:
                pass
        return []
