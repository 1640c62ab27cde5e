"""What was just committed is sent without being read back, in its turn and once."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.adapters.clock import SystemClock
from bot.domain.notices import Notice, QueuedNotice
from bot.ports.mail import NOTHING, InHand
from bot.telegram.limits import FloodLimits
from bot.telegram.sender import Sender
from tests.fakes.mail_boxes import FakeOutbox

_MANY = 10_000


class SlowOutbox(FakeOutbox):
    """An outbox whose reads are counted and can be held up after they saw the table."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.open = asyncio.Event()
        self.open.set()

    async def waiting(self, limit: int, besides: InHand = NOTHING) -> list[QueuedNotice]:
        self.reads += 1
        found = await super().waiting(limit, besides)
        await self.open.wait()
        return found


class Wire:
    """Notes the texts in the order in which they leave."""

    def __init__(self) -> None:
        self.texts: list[object] = []

    async def call(
        self, method: str, payload: Mapping[str, object], *, seconds: float = 20.0
    ) -> object:
        assert (method, seconds) == ("sendMessage", 20.0)
        self.texts.append(payload["text"])
        return {"message_id": len(self.texts)}


@asynccontextmanager
async def sending(outbox: SlowOutbox, wire: Wire) -> AsyncIterator[Sender]:
    clock = SystemClock()
    limits = FloodLimits(clock=clock, per_second=_MANY, chat_burst=_MANY)
    sender = Sender(outbox=outbox, api=wire, clock=clock, limits=limits, poll_seconds=60)
    running = asyncio.get_running_loop().create_task(sender.run())
    await settled()
    try:
        yield sender
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def commit(outbox: FakeOutbox, *texts: str) -> list[QueuedNotice]:
    """Put notices into the outbox and give them as the commit would hand them over."""
    notices = [
        Notice(chat_id=1, method="sendMessage", payload={"chat_id": 1, "text": text})
        for text in texts
    ]
    first = len(outbox.queued) + 1
    await outbox.put(notices)
    return [QueuedNotice(notice_id=first + i, notice=each) for i, each in enumerate(notices)]


async def test_what_is_handed_over_is_not_read_back() -> None:
    outbox, wire = SlowOutbox(), Wire()
    async with sending(outbox, wire) as sender:
        for text in "abc":
            sender.hand_over(await commit(outbox, text))
            await settled()
    assert (wire.texts, outbox.reads) == (["a", "b", "c"], 1)
    assert outbox.is_drained


async def test_what_was_only_announced_is_read_and_goes_first() -> None:
    outbox, wire = SlowOutbox(), Wire()
    async with sending(outbox, wire) as sender:
        await commit(outbox, "a")
        sender.hand_over(())
        sender.hand_over(await commit(outbox, "b"))
        await settled()
        sender.hand_over(await commit(outbox, "c"))
        await settled()
    assert (wire.texts, outbox.reads) == (["a", "b", "c"], 2)


async def test_what_is_handed_over_during_a_read_is_sent_after_it_and_once() -> None:
    outbox, wire = SlowOutbox(), Wire()
    seen = await commit(outbox, "a")
    outbox.open.clear()
    async with sending(outbox, wire) as sender:
        sender.hand_over(seen)
        sender.hand_over(await commit(outbox, "b"))
        await settled()
        assert wire.texts == []
        outbox.open.set()
        await settled()
    assert (wire.texts, outbox.reads) == (["a", "b"], 1)


async def test_what_is_announced_during_a_read_holds_back_what_comes_after_it() -> None:
    outbox, wire = SlowOutbox(), Wire()
    outbox.open.clear()
    async with sending(outbox, wire) as sender:
        early = await commit(outbox, "a")
        await commit(outbox, "b")
        sender.hand_over(())
        sender.hand_over(await commit(outbox, "c"))
        del early
        outbox.open.set()
        await settled()
    assert (wire.texts, outbox.reads) == (["a", "b", "c"], 2)


async def test_after_an_outage_the_table_is_read_before_anything_is_taken() -> None:
    outbox, wire = SlowOutbox(), Wire()
    await commit(outbox, "a")
    outbox.outages = 1
    async with sending(outbox, wire) as sender:
        sender.hand_over(await commit(outbox, "b"))
        await settled()
    assert (wire.texts, outbox.outages) == (["a", "b"], 0)


async def test_a_backlog_longer_than_one_read_keeps_its_order() -> None:
    outbox, wire = SlowOutbox(), Wire()
    old = [f"{number}" for number in range(450)]
    await commit(outbox, *old)
    async with sending(outbox, wire) as sender:
        new = []
        for number in range(450, 470):
            new.append(f"{number}")
            sender.hand_over(await commit(outbox, new[-1]))
            await settled()
        while not outbox.is_drained:
            await settled()
    assert wire.texts == [*old, *new]


async def test_what_comes_after_the_sender_stopped_is_left_to_the_next_start() -> None:
    outbox, wire = SlowOutbox(), Wire()
    async with sending(outbox, wire) as sender:
        pass
    sender.hand_over(await commit(outbox, "a"))
    await settled()
    assert (wire.texts, outbox.is_drained) == ([], False)
