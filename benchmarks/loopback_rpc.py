"""A raw getMultipleAccounts server in a process of its own, quick enough not to be measured."""

import asyncio
import multiprocessing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, cast

import orjson
import uvloop

_SLOT = 454_000_000


class Market:
    """Two states of every account, and which of them is now."""

    def __init__(self, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> None:
        self.now, self._other = before, after

    def move(self) -> None:
        """Let every account go over to its other state."""
        self.now, self._other = self._other, self.now


class _Serve(asyncio.Protocol):
    def __init__(self, market: Market) -> None:
        self._market = market
        self._received = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        if len(rest) >= length:
            self._received = rest[length:]
            self._answer(orjson.loads(rest[:length]))

    def _answer(self, asked: dict[str, Any]) -> None:
        assert self._transport is not None
        if asked["method"] == "getMultipleAccounts":
            now = self._market.now
            entries = b",".join(now.get(key, b"null") for key in asked["params"][0])
            result = b'{"context":{"slot":%d},"value":[%b]}' % (_SLOT, entries)
        elif asked["method"] == "move":
            self._market.move()
            result = b"true"
        else:
            result = b"%d" % _SLOT
        body = b'{"jsonrpc":"2.0","id":1,"result":%b}' % result
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self._transport.write(head % len(body) + body)


@contextmanager
def loopback_rpc(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[int]:
    """Serve accounts for the length of a block; gives the port.

    The method `move` moves all of them at once.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs, dict(before), dict(after)), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def _run(pipe: Connection, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> None:
    uvloop.run(_serve(pipe, Market(before, after)))


async def _serve(pipe: Connection, market: Market) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Serve(market), "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()
