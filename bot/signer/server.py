"""The signer's socket: who may connect, how much they may say, and how long they may take."""

import asyncio
import os
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from bot.adapters.signing.answers import Answer, Failed, Trouble, answer_body
from bot.adapters.signing.fields import BadRequest
from bot.adapters.signing.frames import LARGEST_FRAME_BYTES, BadFrame, framed, read_frame
from bot.adapters.signing.requests import Request, read_request

_log = structlog.get_logger(__name__)
_CREDENTIALS = struct.Struct("3i")
IDLE_SECONDS = 600.0

Answers = Callable[[Request], Answer]


class Server:
    """Serves the peers it knows, each request whole before the next one is read.

    `afterwards` is what nobody has to wait for: it is done once an answer is out.
    """

    def __init__(
        self,
        answers: Answers,
        *,
        peer_uids: frozenset[int],
        most_connections: int = 8,
        idle_seconds: float = IDLE_SECONDS,
        afterwards: Callable[[], None] = lambda: None,
    ) -> None:
        self._answers = answers
        self._peer_uids = peer_uids
        self._most_connections = most_connections
        self._idle_seconds = idle_seconds
        self._afterwards = afterwards
        self._connections = 0

    @asynccontextmanager
    async def listening(self, path: Path, mode: int) -> AsyncIterator[None]:
        """Listen on a socket file with these rights, for as long as the block lasts."""
        listener = _bound(path, mode)
        server = await asyncio.start_unix_server(
            self._serve, sock=listener, limit=LARGEST_FRAME_BYTES
        )
        try:
            yield
        finally:
            server.close()
            _remove(path)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        try:
            if self._may_stay(writer.get_extra_info("socket")):
                await self._converse(reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, BadFrame) as error:
            if not isinstance(error, asyncio.IncompleteReadError):
                _log.warning("connection dropped", why=type(error).__name__)
        finally:
            self._connections -= 1
            writer.close()

    def _may_stay(self, connection: socket.socket) -> bool:
        uid = _uid_of_peer(connection)
        if uid not in self._peer_uids:
            _log.warning("stranger turned away", uid=uid)
            return False
        if self._connections > self._most_connections:
            _log.warning("too many connections", most=self._most_connections)
            return False
        return True

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            async with asyncio.timeout(self._idle_seconds):
                body = await read_frame(reader)
                writer.write(framed(answer_body(self._answered(body))))
                await writer.drain()
                await asyncio.sleep(0)  # the loop sends what was written at the end of its round
                self._afterwards()

    def _answered(self, body: bytes) -> Answer:
        try:
            request = read_request(body)
        except BadRequest as error:
            return Failed(trouble=Trouble.BAD_REQUEST, words=str(error))
        return self._answers(request)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _bound(path: Path, mode: int) -> socket.socket:
    # Who starts has the journal to itself, so a socket file that is there is a dead one's.
    if path.is_socket():
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o777 & ~mode)
    try:
        listener.bind(str(path))
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(before)
    path.chmod(mode)
    return listener


def _uid_of_peer(connection: socket.socket) -> int:
    """Ask the kernel who is at the other end (unix(7), SO_PEERCRED): pid, uid, gid."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return int(_CREDENTIALS.unpack(raw)[1])
