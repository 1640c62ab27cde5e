"""One kept connection to a server: posts, and waits for the reply."""

import asyncio
from typing import cast

from bot.adapters.http_lines.reply import GarbledReply, Reply, ReplyCut, ReplyTooLarge
from bot.adapters.http_lines.reply_reader import ReplyReader


class Line(asyncio.Protocol):
    """Asked one thing at a time; a line that failed, or was left alone amid a reply, is closed."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._reader: ReplyReader | None = None
        self._reply: asyncio.Future[Reply] = loop.create_future()
        self._lost: asyncio.Future[None] = loop.create_future()
        self.idle_since = loop.time()

    @property
    def is_open(self) -> bool:
        """Tell whether something may be posted."""
        return self._transport is not None and not self._transport.is_closing()

    async def post(self, request: bytes, most_bytes: int) -> Reply:
        """Send a whole request, and give the reply, of at most so many bytes of body.

        Raises `GarbledReply`, `ReplyTooLarge`, or an `OSError` where the line broke.
        """
        if self._transport is None or not self.is_open:
            raise ReplyCut("closed before it was asked")
        self._reader = ReplyReader(most_bytes)
        self._reply = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        is_kept = False
        try:
            reply = await self._reply
            is_kept = reply.keeps_line
        finally:
            self._reader = None
            if not is_kept:
                self.let_go()
        return reply

    def let_go(self) -> None:
        """Close the line now, whatever it is at, and wait for nothing."""
        if self._transport is not None:
            self._transport.abort()

    async def close(self) -> None:
        """Close the line now, and wait until it is."""
        self.let_go()
        if self._transport is not None:
            await self._lost

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin: what asyncio calls."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        """Take what came: what asyncio calls."""
        if self._reader is None or self._reply.done():
            # Nobody asked: whoever is next would take it for their own reply.
            self.let_go()
            return
        try:
            reply = self._reader.feed(data)
        except (GarbledReply, ReplyTooLarge) as error:
            self._reply.set_exception(error)
            return
        if reply is not None:
            self._reply.set_result(reply)

    def eof_received(self) -> None:
        """Note that nothing more will come: what asyncio calls."""
        self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the line is no more: what asyncio calls."""
        self._end(exc)
        self._lost.set_result(None)

    def _end(self, error: Exception | None) -> None:
        if self._reader is None or self._reply.done():
            return
        try:
            self._reply.set_result(self._reader.end(error))
        except ReplyCut as cut:
            self._reply.set_exception(cut)
