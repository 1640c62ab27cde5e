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
from tests.faults.calm import Round, judged_when_calm
from tests.faults.redis_lines import BreakableLine, open_line
from tests.faults.redis_server import RedisServer, redis_server

MOST, SENDERS = 30, 3
SECOND = 0.25  # a second of Telegram's, for this test
MARGIN = 0.25 * SECOND
WINDOW = SECOND + MARGIN  # this machine may be slow between a turn and what takes it
PRESENT = 0.2  # longer than a sender is silent that has nothing to send
CLOCK = SystemClock()


class Crowd:
    """Senders that all have more to send than they may, and the moments at which they did."""

    def __init__(self, lines: list[BreakableLine], this: Round) -> None:
        self.sent: list[float] = []
        self.lines = lines
        self.this = this
        window, present = WINDOW * this.slowness, PRESENT * this.slowness
        self.turns = [
            SharedTurns(
                pace=RedisPace(
                    line, sender=f"s{n}", window_seconds=window, present_seconds=present
                ),
                clock=CLOCK,
                senders=lambda: SENDERS,
                window_seconds=window,
                present_seconds=present,
            )
            for n, line in enumerate(lines)
        ]

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds * self.this.slowness)

    async def next_one(self) -> None:
        """Wait until a window is given out again: of 30 urgent ones, most leave with the first."""
        before, until = len(self.sent), CLOCK.monotonic() + 8 * SECOND * self.this.slowness
        while len(self.sent) == before:
            assert CLOCK.monotonic() < until, "all stand still"
            await asyncio.sleep(0.001)

    async def send(self, turns: SharedTurns, seconds: float) -> None:
        until = CLOCK.monotonic() + seconds * self.this.slowness
        windows = Window(most=MOST // SENDERS, seconds=WINDOW * self.this.slowness)
        while (asked_at := CLOCK.monotonic()) < until:
            wait = await turns.claim(Priority.FILL)
            if not wait and turns.part() > 1:
                now = CLOCK.monotonic()
                wait = max(0.0, windows.earliest() - now)
                if not wait:
                    windows.take(now)
            if not wait:
                self.sent.append(CLOCK.monotonic())
                if turns.part() == 1:  # a late answer of Redis's is no standstill of the loop
                    self.this.stood_still(self.sent[-1] - asked_at)
            await asyncio.sleep(min(wait, 0.02))

    async def send_all(self, seconds: float) -> None:
        async with asyncio.TaskGroup() as group:
            for turns in self.turns:
                group.create_task(self.send(turns, seconds))

    def most_together(self) -> int:
        """Give the most that left within any second."""
        sent, second = sorted(self.sent), SECOND * self.this.slowness
        return max(bisect_right(sent, at + second) - n for n, at in enumerate(sent))

    def longest_silence(self) -> float:
        sent = sorted(self.sent)
        return max(later - earlier for earlier, later in pairwise(sent))


@asynccontextmanager
async def crowd(redis: RedisServer, this: Round) -> AsyncIterator[Crowd]:
    async with AsyncExitStack() as stack:
        opened = [open_line(redis.url) for _ in range(SENDERS)]
        lines = [await stack.enter_async_context(one) for one in opened]
        async with asyncio.TaskGroup() as group:
            crowd = Crowd(lines, this)
            keeping = [group.create_task(turns.keep()) for turns in crowd.turns]
            yield crowd
            for one in keeping:
                one.cancel()


async def test_all_senders_together_keep_to_one_limit_and_use_it_up(tmp_path: Path) -> None:
    async def play(this: Round) -> None:
        async with redis_server(tmp_path) as redis, crowd(redis, this) as crowded:
            await crowded.send_all(0.9)
            assert crowded.most_together() <= MOST
            # The first window of a new Redis is not used: what left before it is not known.
            assert len(crowded.sent) >= MOST * 2
            before = len(crowded.sent)
            await crowded.send(crowded.turns[0], 3 * SECOND)
            alone = len(crowded.sent) - before
            assert alone > MOST, "one that is alone busy has more than its part"

    await judged_when_calm(play, margin_seconds=MARGIN)


async def test_no_more_leaves_while_redis_goes_and_comes_back_and_forgets(tmp_path: Path) -> None:
    async def play(this: Round) -> None:
        async with redis_server(tmp_path) as redis, crowd(redis, this) as crowded:
            async with asyncio.TaskGroup() as group:
                group.create_task(crowded.send_all(2.8))
                await crowded.next_one()
                await redis.kill()
                await crowded.sleep(0.6)
                assert all(turns.part() == SENDERS for turns in crowded.turns)
                await crowded.next_one()
                await redis.start()
                await crowded.sleep(0.6)
                assert all(turns.part() == 1 for turns in crowded.turns)
                await crowded.next_one()
                await crowded.lines[0].client.flushall()
            assert crowded.most_together() <= MOST
            # Its part was just used up, a window passes before it shares, and one of a new Redis.
            assert crowded.longest_silence() < (3 * WINDOW + SECOND) * this.slowness

    await judged_when_calm(play, margin_seconds=MARGIN)


async def test_one_that_cannot_reach_redis_takes_its_part_from_the_others(tmp_path: Path) -> None:
    async def play(this: Round) -> None:
        async with redis_server(tmp_path) as redis, crowd(redis, this) as crowded:
            async with asyncio.TaskGroup() as group:
                group.create_task(crowded.send_all(1.4))
                await crowded.next_one()
                crowded.lines[0].cut()
                await crowded.sleep(0.6)
                assert crowded.turns[0].part() == SENDERS
                assert crowded.turns[1].part() == 1
            assert crowded.most_together() <= MOST

    await judged_when_calm(play, margin_seconds=MARGIN)


async def test_without_the_pauses_more_would_leave(tmp_path: Path) -> None:
    """The control: who goes over at once sends with those that still share."""

    async def play(this: Round) -> None:
        async with redis_server(tmp_path) as redis, crowd(redis, this) as crowded:
            for turns in crowded.turns:
                turns._gone_seconds = turns._window_seconds = 0.0
            async with asyncio.TaskGroup() as group:
                group.create_task(crowded.send_all(0.8))
                await crowded.next_one()
                await redis.kill()
            assert crowded.most_together() > MOST

    await judged_when_calm(play, margin_seconds=MARGIN)
