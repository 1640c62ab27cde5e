"""Senders of one token never send more together than Telegram bears, whatever becomes of Redis."""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from pathlib import Path

from bot.adapters.clock import SystemClock
from bot.adapters.redis.pace import RedisPace
from bot.domain.notices import Priority
from bot.telegram.limits import Window
from bot.telegram.shared_turns import SharedTurns
from tests.faults.redis_lines import BreakableLine, open_line
from tests.faults.redis_server import RedisServer, redis_server

MOST, SENDERS = 30, 3
SECOND = 0.25  # a second of Telegram's, for this test
WINDOW = 1.25 * SECOND  # this machine may be slow between a turn and what takes it
CLOCK = SystemClock()


class Crowd:
    """Senders that all have more to send than they may, and the moments at which they did."""

    def __init__(self, lines: list[BreakableLine]) -> None:
        self.sent: list[float] = []
        self.lines = lines
        self.turns = [
            SharedTurns(
                pace=RedisPace(line, sender=f"s{n}", window_seconds=WINDOW, present_seconds=0.12),
                clock=CLOCK,
                senders=lambda: SENDERS,
                window_seconds=WINDOW,
                present_seconds=0.12,
            )
            for n, line in enumerate(lines)
        ]

    async def send(self, turns: SharedTurns, seconds: float) -> None:
        until, windows = CLOCK.monotonic() + seconds, _own_part()
        while CLOCK.monotonic() < until:
            wait = await turns.claim(Priority.FILL)
            if not wait and turns.part() > 1:
                now = CLOCK.monotonic()
                wait = max(0.0, windows.earliest() - now)
                if not wait:
                    windows.take(now)
            if not wait:
                self.sent.append(CLOCK.monotonic())
            await asyncio.sleep(min(wait, 0.02))

    async def send_all(self, seconds: float) -> None:
        async with asyncio.TaskGroup() as group:
            for turns in self.turns:
                group.create_task(self.send(turns, seconds))

    def most_together(self) -> int:
        """Give the most that left within any second."""
        sent = sorted(self.sent)
        return max(bisect_right(sent, at + SECOND) - n for n, at in enumerate(sent))

    def longest_silence(self) -> float:
        sent = sorted(self.sent)
        return max(later - earlier for earlier, later in pairwise(sent))


def _own_part() -> Window:
    return Window(most=MOST // SENDERS, seconds=WINDOW)


@asynccontextmanager
async def crowd(redis: RedisServer) -> AsyncIterator[Crowd]:
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(open_line(redis.url)) for _ in range(SENDERS)]
        async with asyncio.TaskGroup() as group:
            crowd = Crowd(lines)
            keeping = [group.create_task(turns.keep()) for turns in crowd.turns]
            yield crowd
            for one in keeping:
                one.cancel()


async def test_all_senders_together_keep_to_one_limit_and_use_it_up(tmp_path: Path) -> None:
    async with redis_server(tmp_path) as redis, crowd(redis) as crowded:
        await crowded.send_all(0.8)
        assert crowded.most_together() <= MOST
        # The first window of a new Redis is not used: what left before it is not known.
        assert len(crowded.sent) >= MOST * 2
        one = crowded.turns[0]
        before = len(crowded.sent)
        await crowded.send(one, 2 * SECOND)
        assert len(crowded.sent) - before > MOST, "one that is alone busy has more than its part"


async def test_no_more_leaves_while_redis_goes_and_comes_back_and_forgets(tmp_path: Path) -> None:
    async with redis_server(tmp_path) as redis, crowd(redis) as crowded:
        async with asyncio.TaskGroup() as group:
            group.create_task(crowded.send_all(2.2))
            await asyncio.sleep(0.5)
            await redis.kill()
            await asyncio.sleep(0.5)
            alone = len(crowded.sent)
            await asyncio.sleep(0.3)
            assert len(crowded.sent) > alone, "each goes on with its part"
            await redis.start()
            await asyncio.sleep(0.5)
            assert all(turns.part() == 1 for turns in crowded.turns)
            await crowded.lines[0].client.flushall()
        assert crowded.most_together() <= MOST
        assert crowded.longest_silence() < 4 * SECOND


async def test_one_that_cannot_reach_redis_takes_its_part_from_the_others(tmp_path: Path) -> None:
    async with redis_server(tmp_path) as redis, crowd(redis) as crowded:
        async with asyncio.TaskGroup() as group:
            group.create_task(crowded.send_all(1.2))
            await asyncio.sleep(0.5)
            crowded.lines[0].cut()
            await asyncio.sleep(0.6)
            assert crowded.turns[0].part() == SENDERS
            assert crowded.turns[1].part() == 1
        assert crowded.most_together() <= MOST


async def test_without_the_pauses_more_would_leave(tmp_path: Path) -> None:
    """The control: who goes over at once sends with those that still share."""
    async with redis_server(tmp_path) as redis, crowd(redis) as crowded:
        for turns in crowded.turns:
            turns._gone_seconds = turns._window_seconds = 0.0
        async with asyncio.TaskGroup() as group:
            group.create_task(crowded.send_all(0.8))
            await asyncio.sleep(0.55)
            await redis.kill()
        assert crowded.most_together() > MOST
