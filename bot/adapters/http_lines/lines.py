"""Keeps lines to servers open between requests, so that a request costs no handshake."""

import asyncio
import ssl
from collections import defaultdict

from bot.adapters.http_lines.line import Line
from bot.adapters.http_lines.reply import Reply
from bot.adapters.http_lines.target import Target

_Place = tuple[str, int, bool]


class Lines:
    """At most `at_once` requests to a server go at a time, each over a line of its own.

    For JSON-RPC over HTTP/1.1, and only that: it posts, follows no redirect, takes no encoded
    body, keeps no cookie and knows no proxy. Timeouts are the caller's: a call that is cancelled
    closes its line.
    """

    def __init__(self, *, at_once: int = 16, most_idle_seconds: float = 15.0) -> None:
        self._most_idle_seconds = most_idle_seconds
        self._turns: defaultdict[_Place, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(at_once)
        )
        self._idle: defaultdict[_Place, list[Line]] = defaultdict(list)
        self._open: set[Line] = set()
        self._context: ssl.SSLContext | None = None

    async def post(self, target: Target, body: bytes, *, most_bytes: int) -> Reply:
        """Post a body and give the reply, whose body may have `most_bytes`.

        Raises `GarbledReply`, `ReplyTooLarge`, or an `OSError` where no connection could be had or
        it broke.
        """
        place = (target.host, target.port, target.is_tls)
        async with self._turns[place]:
            line = self._take_idle(place) or await self._connect(target)
            try:
                return await line.post(target.request(body), most_bytes)
            finally:
                self._give_back(place, line)

    async def close(self) -> None:
        """Close all lines; a later post opens new ones."""
        lines, self._open = self._open, set()
        self._idle.clear()
        for line in lines:
            await line.close()

    def _take_idle(self, place: _Place) -> Line | None:
        """Give the line used last that is still good, and let go of the others on the way."""
        idle = self._idle[place]
        good_since = asyncio.get_running_loop().time() - self._most_idle_seconds
        while idle:
            line = idle.pop()
            if line.is_open and line.idle_since >= good_since:
                return line
            line.let_go()
            self._open.discard(line)
        return None

    def _give_back(self, place: _Place, line: Line) -> None:
        if line.is_open and line in self._open:
            line.idle_since = asyncio.get_running_loop().time()
            self._idle[place].append(line)
        else:
            self._open.discard(line)

    async def _connect(self, target: Target) -> Line:
        context = await self._tls() if target.is_tls else None
        _, line = await asyncio.get_running_loop().create_connection(
            Line, target.host, target.port, ssl=context
        )
        self._open.add(line)
        return line

    async def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            # It reads the certificates of all authorities, which takes a while.
            self._context = await asyncio.to_thread(_tls_context)
        return self._context


def _tls_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
