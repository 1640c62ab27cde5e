"""Senders of one token never send more together than Telegram bears, whatever becomes of Redis."""

import asyncio
import random
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
from tests.faults.redis_lines import BreakableLine, open_line, until
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
        second = SECOND * this.slowness
        window, present = WINDOW * this.slowness, PRESENT * this.slowness
        self.turns = [
            SharedTurns(
                pace=RedisPace(
                    line,
                    sender=f"s{n}",
                    second=second,
                    window_seconds=window,
                    present_seconds=present,
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
            if turns.part() == 1:  # a late answer of Redis's is no standstill of the loop
                self.this.stood_still(CLOCK.monotonic() - asked_at)
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


async def test_one_that_had_nothing_to_send_waits_for_the_others_when_redis_wakes(
    tmp_path: Path,
) -> None:
    async def play(this: Round) -> None:
        async with redis_server(tmp_path) as redis, crowd(redis, this) as crowded:
            async with asyncio.TaskGroup() as group:
                for turns in crowded.turns[1:]:
                    group.create_task(crowded.send(turns, 2.0))
                await crowded.next_one()
                redis.hang()
                # What they asked last is carried out when it wakes, and counts them as sharing.
                await crowded.sleep(1.0)
                redis.wake()
                await until(crowded.lines[0], is_up=True)
                group.create_task(crowded.send(crowded.turns[0], 0.6))
            assert crowded.most_together() <= MOST

    await judged_when_calm(play, margin_seconds=MARGIN)


async def test_whoever_hears_late_of_a_turn_lets_it_go_and_all_keep_further_apart(
    tmp_path: Path,
) -> None:
    async def play(this: Round) -> None:
        chance = random.Random(7)  # noqa: S311 (a seeded chance)
        async with redis_server(tmp_path) as redis, crowd(redis, this) as crowded:
            for line in crowded.lines:
                line.late_seconds = lambda: chance.choice([0.0] * 20 + [0.2])
            await crowded.send_all(1.5)
            assert crowded.most_together() <= MOST

    await judged_when_calm(play, margin_seconds=MARGIN)


async def test_turns_that_lie_ahead_count_for_nothing_once_the_clock_went_back(
    tmp_path: Path,
) -> None:
    async with redis_server(tmp_path) as redis, open_line(redis.url) as line:
        pace = RedisPace(line, sender="s", second=SECOND, window_seconds=WINDOW)
        await pace.here()
        ahead = CLOCK.now().timestamp() + 3600
        await line.client.rpush(line.key("pace:turns"), *[ahead] * MOST)
        assert 0 < await pace.turn(Priority.FILL, 1) <= WINDOW + 0.25


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
