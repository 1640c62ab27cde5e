"""A sender reads what others queued: it is late, and measured, by the database's clock alone."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.adapters.database.connection import Pool
from bot.adapters.database.mail import PostgresInbox, PostgresOutbox
from bot.domain.notices import Notice, Priority
from bot.observability.instruments import STAGE_SECONDS
from bot.ports.mail import StoredUpdate
from bot.telegram.limits import FloodLimits
from bot.telegram.sender import Sender
from tests.faults.stepping_clock import SteppingClock

DAY_SECONDS = 86_400.0
STATES = "SELECT payload ->> 'text' AS text, state, failure FROM outbox ORDER BY notice_id"
AGE = """
    UPDATE outbox SET due_at = now() - make_interval(secs => $2) WHERE payload ->> 'text' = $1
"""
RECEIVED = "UPDATE inbox SET received_at = now() - make_interval(secs => $1)"


class Api:
    """Takes everything, and keeps what people were told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def call(
        self, _method: str, payload: Mapping[str, object], *, seconds: float = 20.0
    ) -> object:
        assert seconds > 0
        self.told.append(str(payload["text"]))
        return {"message_id": len(self.told)}


def word(text: str) -> Notice:
    return Notice(chat_id=7, method="sendMessage", payload={"chat_id": 7, "text": text})


def toast(text: str) -> Notice:
    payload = {"callback_query_id": text, "text": text}
    return Notice(chat_id=7, method="answerCallbackQuery", payload=payload, priority=Priority.TOAST)


@asynccontextmanager
async def sent(database: Pool, clock: SteppingClock) -> AsyncIterator[Api]:
    """Have all that waits read and dealt with before the block."""
    api, outbox = Api(), PostgresOutbox(database)
    sender = Sender(
        outbox=outbox, api=api, clock=clock, limits=FloodLimits(clock=clock), poll_seconds=0.01
    )
    running = asyncio.get_running_loop().create_task(sender.run())
    try:
        async with asyncio.timeout(20):
            while (await outbox.depths())[1]:  # noqa: ASYNC110 (a database tells no events)
                await asyncio.sleep(0.01)
        yield api
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_what_is_late_is_told_by_the_database_however_the_senders_clock_is_set(
    database: Pool,
) -> None:
    for seconds in (-DAY_SECONDS, 120.0, DAY_SECONDS):
        await database.execute("TRUNCATE outbox")
        clock = SteppingClock()
        clock.step(seconds)
        told = (toast("fresh"), toast("old"), word("new"), word("delayed"))
        await PostgresOutbox(database).put(told)
        await database.execute(AGE, "old", 61.0)
        await database.execute(AGE, "delayed", 121.0)
        async with sent(database, clock) as api:
            rows = {row["text"]: row["failure"] for row in await database.fetch(STATES)}
        assert rows == {"fresh": "", "old": "too late", "new": "", "delayed": ""}
        assert {text.partition("\n\n")[0] for text in api.told} == {"fresh", "new", "delayed"}
        late = [text for text in api.told if "Sent 2 min late" in text]
        assert [text.partition("\n\n")[0] for text in late] == ["delayed"]


async def test_an_answer_that_another_process_queued_is_measured_from_its_rows(
    database: Pool,
) -> None:
    clock, inbox = SteppingClock(), PostgresInbox(database)
    clock.step(-DAY_SECONDS)
    update = StoredUpdate(update_id=70, lane=7, raw={"update_id": 70}, received_at=clock.now())
    await inbox.store([update])
    await inbox.close(70, failure="", notices=[toast("done"), word("one"), word("two")])
    await PostgresOutbox(database).put([word("news, of no update")])
    await database.execute(RECEIVED, 40.0)
    for text in ("done", "one", "two"):
        await database.execute(AGE, text, 4.0)
    before = {name: (one.count, one.total) for name, one in STAGE_SECONDS.of.items()}

    async with sent(database, clock):
        after = {
            name: (one.count - before[name][0], one.total - before[name][1])
            for name, one in STAGE_SECONDS.of.items()
        }
    assert {name: count for name, (count, _) in after.items() if count} == {
        "queued": 3,
        "confirmed": 4,
        "whole": 1,
    }
    assert 12 <= after["queued"][1] < 12 + 3 * 20
    assert 40 <= after["whole"][1] < 40 + 20
