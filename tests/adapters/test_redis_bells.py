"""A bell rung here is heard there at once, and again after Redis was killed or hung."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.adapters.redis.bells import RedisBells
from bot.ports.bells import Bell
from tests.faults.redis_door import redis_door
from tests.faults.redis_lines import open_line, until
from tests.faults.redis_server import redis_server


@asynccontextmanager
async def open_bells(url: str) -> AsyncIterator[RedisBells]:
    async with open_line(url) as line, asyncio.TaskGroup() as group:
        bells = RedisBells(line)
        running = [group.create_task(bells.send()), group.create_task(bells.listen())]
        yield bells
        for one in running:
            one.cancel()


async def test_a_bell_is_heard_and_heard_again_after_redis_was_killed(tmp_path: Path) -> None:
    heard: list[Bell] = []
    is_heard = asyncio.Event()

    def hear() -> None:
        heard.append(Bell.OUTBOX)
        is_heard.set()

    async def is_woken() -> None:
        is_heard.clear()
        async with asyncio.timeout(20):
            await is_heard.wait()

    async with (
        redis_server(tmp_path) as redis,
        open_bells(redis.url) as here,
        open_bells(redis.url) as there,
    ):
        there.on(Bell.OUTBOX, hear)
        await is_woken()
        heard.clear()
        for _ in range(500):
            here.ring(Bell.OUTBOX, Bell.INBOX)
        await is_woken()
        here.ring(Bell.CHANGES)
        await asyncio.sleep(0.05)
        assert len(heard) < 10, "many rung at once are few"
        await redis.kill()
        here.ring(Bell.OUTBOX)
        await until(here._line, is_up=False)
        await redis.start()
        await is_woken()
        await until(here._line, is_up=True)
        heard.clear()
        here.ring(Bell.OUTBOX)
        await is_woken()
        assert heard


async def test_bells_that_are_rung_one_after_the_other_go_together(tmp_path: Path) -> None:
    heard = 0
    is_heard = asyncio.Event()

    def hear() -> None:
        nonlocal heard
        heard += 1
        is_heard.set()

    async with (
        redis_server(tmp_path) as redis,
        open_bells(redis.url) as here,
        open_bells(redis.url) as there,
        asyncio.timeout(20),
    ):
        there.on(Bell.OUTBOX, hear)
        await is_heard.wait()  # it listens now, and wakes for what was rung before
        is_heard.clear()
        heard = 0
        now = asyncio.get_running_loop().time
        began = now()
        for _ in range(60):
            here.ring(Bell.OUTBOX)
            await asyncio.sleep(0.001)
        took = now() - began
        await is_heard.wait()
        assert heard <= 2 + took / 0.01


async def test_a_hearer_whose_line_went_deaf_unnoticed_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.redis.bells._LISTEN_SECONDS", 1.0)
    heard = asyncio.Event()
    async with (
        redis_server(tmp_path) as redis,
        redis_door(redis.socket) as door,
        open_bells(redis.url) as here,
        open_bells(f"redis://127.0.0.1:{door.port}") as there,
    ):
        there.on(Bell.OUTBOX, heard.set)
        async with asyncio.timeout(20):
            here.ring(Bell.OUTBOX)
            await heard.wait()
            # What is open is deaf for good, and the line is up again before the hearer looks.
            door.swallow()
            door.mend()
            heard.clear()
            while not heard.is_set():
                here.ring(Bell.OUTBOX)
                await asyncio.sleep(0.05)
