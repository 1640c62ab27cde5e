"""One variant of the command path in a process of its own, as it would run.

Started by `benchmarks.command_path`: python -m benchmarks.command_path_variant NAME DSN PID
"""

import asyncio
import gc
import logging
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import asdict

import aiogram  # noqa: F401 (whole, before ours leaves its models unbuilt)
import orjson
import structlog
import uvloop

from benchmarks.command_path_load import Hear, Load, Taken
from benchmarks.command_path_ours import our_bot
from benchmarks.command_path_plain import bare_bot, plain_bot
from bot.bootstrap.heap import settle_heap

_PEOPLE = 600
_LONGEST_LINE = 4_000_000
_Bot = Callable[[str, Callable[[int], None]], AbstractAsyncContextManager[Hear]]
_BOTS: dict[str, tuple[_Bot, int]] = {
    "ours": (our_bot, 1_000_000),
    "price": (our_bot, 3_000_000),
    "plain": (plain_bot, 2_000_000),
    "bare": (bare_bot, 4_000_000),
}
_TEXTS = {"price": "/price WIF"}


class Variant:
    """A variant under way; runs one load after another."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def run(self, *, commands: int, in_flight: int) -> Taken:
        """Run so many commands with so many of them in flight."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(orjson.dumps({"commands": commands, "in_flight": in_flight}) + b"\n")
        line = await stdout.readline()
        assert line, "the variant has died"
        return Taken(**orjson.loads(line))


@asynccontextmanager
async def variant(name: str, dsn: str, database_pid: int) -> AsyncIterator[Variant]:
    """Start a variant, warmed up."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, name, dsn, str(database_pid)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LONGEST_LINE,
    )
    try:
        one = Variant(process)
        # Everyone is met, and every connection and plan warmed up, before it counts.
        await one.run(commands=2 * _PEOPLE, in_flight=64)
        yield one
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _serve(name: str, dsn: str, database_pid: int) -> None:
    bot, first = _BOTS[name]
    load = Load(
        people=deque(range(first, first + _PEOPLE)),
        database_pid=database_pid,
        last_update_id=first,
        text=_TEXTS.get(name, "/open WIF long 0.01"),
    )
    async with bot(dsn, load.answered) as hear:
        if bot is our_bot:
            settle_heap()  # as at the end of our start-up
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.buffer.readline):
            gc.collect()
            taken = await load.run(hear, **orjson.loads(line))
            sys.stdout.buffer.write(orjson.dumps(asdict(taken)) + b"\n")
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    uvloop.run(_serve(sys.argv[1], sys.argv[2], int(sys.argv[3])))
