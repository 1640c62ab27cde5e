"""What it takes to ask Redis for what processes share: a throttle, a turn, a bell, a round.

`python -m benchmarks.redis_shared`: the tests' own Redis, on a socket in a folder of its own.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from bot.adapters.redis.bells import RedisBells
from bot.adapters.redis.buckets import RedisBuckets
from bot.adapters.redis.line import RedisLine
from bot.adapters.redis.pace import RedisPace
from bot.adapters.redis.rounds import RedisRounds
from bot.domain.notices import Priority
from bot.ports.bells import Bell
from bot.ports.buckets import Worth
from bot.ports.rounds import PriceLines, RoundTold, TokenPools
from tests.builders.desks import pool
from tests.faults.redis_lines import until
from tests.faults.redis_server import redis_server

_TIMES, _TOKENS = 1_000, 300
_NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


async def _measure(name: str, ask: Callable[[], Awaitable[object]], times: int) -> None:
    took = []
    for _ in range(times):
        began = perf_counter()
        await ask()
        took.append(1_000 * (perf_counter() - began))
    took.sort()
    print(f"{name}: p50 {took[times // 2]:.2f} ms, p99 {took[int(times * 0.99)]:.2f} ms")


async def _measure_all(line: RedisLine) -> None:
    buckets, pace = RedisBuckets(line), RedisPace(line, sender="one")
    plain = [Worth(key=1, most=10**9), Worth(key=0, most=10**9)]
    await _measure("a throttled message", lambda: buckets.admit(plain, [], 1), _TIMES)
    await _measure("a turn asked for", lambda: pace.turn(Priority.REPLY, 1), _TIMES)
    bells, rung = RedisBells(line), asyncio.Event()
    bells.on(Bell.OUTBOX, rung.set)

    async def ring() -> None:
        rung.clear()
        bells.ring(Bell.OUTBOX)
        await rung.wait()

    here, there = RedisRounds(line), RedisRounds(line)
    pools = [TokenPools(token_id=one, read_at=_NOON, readings=[pool()]) for one in range(_TOKENS)]
    told = RoundTold(read_at=_NOON, lines=PriceLines.none(), pools=pools)

    async def pass_on() -> None:
        async with asyncio.TaskGroup() as group:
            hearing = group.create_task(there.heard())
            await asyncio.sleep(0.01)
            await here.tell(told)
        assert len(hearing.result()) == 1

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(bells.send()), group.create_task(bells.listen())]
        await asyncio.sleep(0.2)
        await _measure("a bell heard", ring, _TIMES)
        await _measure(f"a round of {_TOKENS} tokens, 10 ms of it a pause", pass_on, 30)
        for task in tasks:
            task.cancel()


async def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        async with redis_server(Path(folder)) as redis, asyncio.TaskGroup() as group:
            line = RedisLine(redis.url, space="benchmark")
            keeping = group.create_task(line.keep())
            await until(line, is_up=True)
            await _measure_all(line)
            keeping.cancel()
            await line.close()


if __name__ == "__main__":
    asyncio.run(main())
