"""A throttle in Redis admits what the one in memory admits, and Redis gone costs nobody a word."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.adapters.redis.buckets import RedisBuckets
from bot.adapters.redis.line import RedisLine
from bot.domain.users import Role
from bot.ports.buckets import Verdict
from bot.telegram.throttle import SharedThrottle, Throttle
from tests.builders.views import a_user
from tests.fakes.hand_clock import HandClock
from tests.faults.redis_lines import open_line, until
from tests.faults.redis_server import RedisServer, redis_server

PER_MINUTE, HEAVY = 12, 9
GROUP = -100
STEPS = st.lists(
    st.tuples(
        st.sampled_from([1, 2, 3]),
        st.sampled_from(list(Role)),
        st.booleans(),
        st.sampled_from([0, 1, 1, 1, 3, 5, 40]),
        st.sampled_from([0.0, 0.0, 0.1, 1.7, 20.0, 61.0]),
    ),
    min_size=10,
    max_size=60,
)
SILENT_WHILE_HEAVY = [(1, Role.BASIC, False, cost, 0.0) for cost in (3, 3, 3, 1, 1, 1, 1, 3)]


@pytest.fixture(scope="module")
async def redis(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RedisServer]:
    async with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="module")
async def line(redis: RedisServer) -> AsyncIterator[RedisLine]:
    async with open_line(redis.url, patience_seconds=20.0) as line:
        yield line


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@example(steps=SILENT_WHILE_HEAVY)
async def test_buckets_in_redis_admit_what_those_in_memory_admit(
    line: RedisLine, steps: list[tuple[int, Role, bool, int, float]]
) -> None:
    clock = HandClock()
    await line.client.flushall()
    words = {"clock": clock, "per_minute": PER_MINUTE, "heavy_per_minute": HEAVY}
    alone = Throttle(**words)  # type: ignore[arg-type]
    shared = SharedThrottle(buckets=RedisBuckets(line, clock.monotonic), **words)  # type: ignore[arg-type]
    for who, role, in_group, cost, pause in steps:
        clock.advance(pause)
        user, chat = a_user(who, role=role), GROUP if in_group else who
        assert await shared.asked(user, chat, cost) == await alone.asked(user, chat, cost)
        assert await shared.freed(user) == await alone.freed(user)


async def test_a_flood_is_one_flood_wherever_it_arrives(line: RedisLine) -> None:
    await line.client.flushall()
    two = [
        SharedThrottle(buckets=RedisBuckets(line), clock=HandClock(), per_minute=PER_MINUTE)
        for _ in range(2)
    ]
    verdicts = [(await two[n % 2].asked(a_user(1), 1))[0] for n in range(2 * PER_MINUTE)]
    assert verdicts.count(Verdict.ADMITTED) == PER_MINUTE
    assert verdicts.count(Verdict.TOLD) == 1


async def test_a_clock_that_went_back_costs_nobody_what_is_left(line: RedisLine) -> None:
    clock = HandClock()
    clock.advance(7200)
    await line.client.flushall()
    buckets = RedisBuckets(line, clock.monotonic)
    throttle = SharedThrottle(buckets=buckets, clock=clock, per_minute=PER_MINUTE)
    assert (await throttle.asked(a_user(1), 1))[0] is Verdict.ADMITTED
    clock.advance(-3600)
    assert (await throttle.asked(a_user(1), 1))[0] is Verdict.ADMITTED


async def test_without_redis_each_keeps_its_part_and_nobody_is_refused_for_it(
    redis: RedisServer,
) -> None:
    async with open_line(redis.url, "kitrader:2") as line:
        clock = HandClock()
        throttle = SharedThrottle(
            buckets=RedisBuckets(line), clock=clock, per_minute=1, among=lambda: 5
        )
        await redis.kill()
        assert (await throttle.asked(a_user(1), 1))[0] is Verdict.ADMITTED
        assert not line.is_up
        everybody = [(await throttle.asked(a_user(n), n))[0] for n in range(2, 300)]
        assert everybody.count(Verdict.ADMITTED) == 250 // 5 - 1
        assert await throttle.freed(a_user(1))
        await redis.start()
        await until(line, is_up=True)
        assert (await throttle.asked(a_user(500), 500))[0] is Verdict.ADMITTED
