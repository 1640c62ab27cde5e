"""Many alerts at once: each told once, in order for each person, fills before them."""

import asyncio
import gc
import time
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.mail import PostgresOutbox
from bot.domain.notices import Notice, Priority
from bot.telegram.limits import FloodLimits
from bot.telegram.sender import Sender
from bot.telegram.stamps import StampedApi
from tests.builders.alert_scenes import AlertScene, alert_scene

_CROWD, _PEOPLE, _A_FILL = 1_200, 60, 999_999
_SET = """
    INSERT INTO alerts (user_id, token_id, side, level, gauge, upper)
    SELECT 1 + place % $2, $3, 'above', level, 'price_sol', level
    FROM generate_series(0, $1 - 1) AS place,
         LATERAL (SELECT 0.021 + place / $2::integer * 0.00001 AS level) AS far
"""
_MEET = "INSERT INTO users (user_id, first_name) SELECT n, 'P' FROM generate_series(1, $1) AS n"


class Wire:
    """A Bot API that notes what is sent, in order."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, str]] = []

    async def call(
        self, method: str, payload: Mapping[str, object], *, seconds: float = 20.0
    ) -> object:
        assert (method, seconds) == ("sendMessage", 20.0)
        chat_id = payload["chat_id"]
        assert isinstance(chat_id, int)
        self.sent.append((chat_id, str(payload["text"])))
        return {"message_id": len(self.sent)}


async def crowded(database: Pool) -> AlertScene:
    scene = await alert_scene(database)
    await database.execute(_MEET, _PEOPLE)
    await database.execute(_SET, _CROWD, _PEOPLE, scene.token.token_id)
    await scene.triggers.load()
    return scene


async def test_a_crowd_is_told_once_each_in_order_and_a_fill_goes_before_it(
    database: Pool,
) -> None:
    scene = await crowded(database)
    await scene.tick(110)
    await scene.tick(110)
    assert len(scene.handed_over) == _CROWD
    clock, wire, outbox = SystemClock(), Wire(), PostgresOutbox(database)
    fill = Notice(
        chat_id=_A_FILL,
        method="sendMessage",
        payload={"chat_id": _A_FILL, "text": "fill"},
        priority=Priority.FILL,
    )
    await outbox.put([fill])
    limits = FloodLimits(clock=clock, per_second=3_000, chat_burst=3_000)
    sender = Sender(
        outbox=outbox,
        api=StampedApi(wire, clock),
        clock=clock,
        limits=limits,
        poll_seconds=0.01,
    )
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        sending = group.create_task(sender.run())
        while (await outbox.depths())[1]:  # noqa: ASYNC110 (a table rings no bell)
            await asyncio.sleep(0.02)
        sending.cancel()
    assert wire.sent[0] == (_A_FILL, "fill")
    assert len(wire.sent) == len(set(wire.sent)) == _CROWD + 1
    levels = defaultdict[int, list[Decimal]](list)
    rows = await database.fetch("SELECT user_id, level FROM alert_firings ORDER BY notice_id")
    for row in rows:
        levels[row["user_id"]].append(row["level"])
    assert all(of_one == sorted(of_one) for of_one in levels.values())
    queued = [
        (one.notice.chat_id, _level_of(one.notice.payload["text"])) for one in scene.handed_over
    ]
    arrived = [(chat, _level_of(text)) for chat, text in wire.sent[1:]]
    for chat in range(1, _PEOPLE + 1):
        of_chat = [level for one, level in queued if one == chat]
        assert of_chat == [level for one, level in arrived if one == chat]


async def test_a_crowd_leaves_others_their_turn(database: Pool) -> None:
    scene = await crowded(database)
    await scene.tick(110)
    longest_seconds, done = 0.0, asyncio.Event()

    async def watch() -> None:
        nonlocal longest_seconds
        while not done.is_set():
            began = time.thread_time()
            await asyncio.sleep(0.001)
            longest_seconds = max(longest_seconds, time.thread_time() - began)

    gc.collect()
    gc.freeze()  # as the bot does once it has started
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(watch())
            await scene.tick(110)
            done.set()
    finally:
        gc.unfreeze()
    # Of our own processor time, with room for a slow machine: it is 10 ms or so on a fast one.
    assert longest_seconds < 0.05
    assert len(scene.handed_over) == _CROWD


def _level_of(text: object) -> str:
    return str(text).partition("\n")[0]
