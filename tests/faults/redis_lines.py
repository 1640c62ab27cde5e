"""Lines to a Redis that a test kills, hangs, cuts off and starts again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from bot.adapters.redis.line import RedisLine


class BreakableLine(RedisLine):
    """A line that can be cut while others reach the same Redis."""

    is_cut = False
    late_seconds: Callable[[], float] | None = None

    def cut(self) -> None:
        self.is_cut = True

    async def _ask(self, question: Callable[[Redis], Awaitable[Any]]) -> Any:
        async def fails(_client: Redis) -> None:
            raise ConnectionError

        async def is_late(client: Redis) -> Any:
            answer = await question(client)
            assert self.late_seconds is not None
            await asyncio.sleep(self.late_seconds())
            return answer

        if self.is_cut:
            return await super()._ask(fails)
        return await super()._ask(is_late if self.late_seconds else question)


@asynccontextmanager
async def open_line(
    url: str,
    space: str = "kitrader:1",
    ca_file: Path | None = None,
    *,
    patience_seconds: float = 0.25,
) -> AsyncIterator[BreakableLine]:
    """Keep a line for the length of a block; it is open when the block begins.

    Where Redis is not to fail, more patience than a bot has keeps a busy machine from failing it.
    """
    line = BreakableLine(
        url,
        space=space,
        ca_file=ca_file,
        look_seconds=0.05,
        patience_seconds=patience_seconds,
    )
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
