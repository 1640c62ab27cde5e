"""Stands before a Redis: passes on, over TLS if asked, or takes all and lets nothing back."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

_CHUNK_BYTES = 65_536


@dataclass(slots=True, kw_only=True)
class RedisDoor:
    """A way to the Redis at a socket file; `port` is where it is on this machine.

    What was opened before `swallow` stays open and deaf for ever, as where a firewall has forgotten
    it; what is opened later is deaf until `mend`.
    """

    socket: Path
    port: int = 0
    _is_deaf: bool = False
    _open: dict[asyncio.Task[None], bool] = field(default_factory=dict)

    def swallow(self) -> None:
        """Let nothing back, and break nothing off."""
        self._is_deaf = True
        self._open = dict.fromkeys(self._open, True)

    def mend(self) -> None:
        """Serve what is opened from now on."""
        self._is_deaf = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection to its end."""
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = self._is_deaf
        try:
            with suppress(OSError):
                await self._carry(task, reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            del self._open[task]
            writer.close()

    async def _carry(
        self, task: asyncio.Task[None], near: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        far, far_writer = await asyncio.open_unix_connection(self.socket)
        try:
            async with asyncio.TaskGroup() as group:
                back = group.create_task(self._back(task, far, writer))
                while data := await near.read(_CHUNK_BYTES):
                    far_writer.write(data)
                back.cancel()
        finally:
            far_writer.close()

    async def _back(
        self, task: asyncio.Task[None], far: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while data := await far.read(_CHUNK_BYTES):
            if not self._open[task]:
                writer.write(data)

    async def end(self) -> None:
        """Break off what is open."""
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)


@asynccontextmanager
async def redis_door(socket: Path, tls: ssl.SSLContext | None = None) -> AsyncIterator[RedisDoor]:
    """Open it for the length of a block."""
    door = RedisDoor(socket=socket)
    server = await asyncio.start_server(door.serve, "127.0.0.1", 0, ssl=tls)
    door.port = int(server.sockets[0].getsockname()[1])
    try:
        yield door
    finally:
        server.close()
        await door.end()
        await server.wait_closed()
