"""Lines to a Redis that a test kills, hangs, cuts off and starts again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import Redis

from bot.adapters.redis.line import RedisLine


class BreakableLine(RedisLine):
    """A line that can be cut while others reach the same Redis."""

    is_cut = False

    def cut(self) -> None:
        self.is_cut = True

    async def _ask(self, question: Callable[[Redis], Awaitable[Any]]) -> Any:
        async def fails(_client: Redis) -> None:
            raise ConnectionError

        return await super()._ask(fails if self.is_cut else question)


@asynccontextmanager
async def open_line(url: str, space: str = "kitrader:1") -> AsyncIterator[BreakableLine]:
    """Keep a line for the length of a block; it is open when the block begins."""
    line = BreakableLine(url, space=space, look_seconds=0.05)
    async with asyncio.TaskGroup() as group:
        keeping = group.create_task(line.keep())
        try:
            await until(line, is_up=True)
            yield line
        finally:
            keeping.cancel()
            await line.close()


async def until(line: RedisLine, *, is_up: bool) -> None:
    async with asyncio.timeout(20):
        while line.is_up is not is_up:  # noqa: ASYNC110 (a line tells no events)
            await asyncio.sleep(0.005)
