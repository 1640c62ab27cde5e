"""Killed again and again at any moment: no update lost, none booked twice, order kept."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

import pytest

from bot.domain.notices import Notice
from bot.ports.mail import StoredUpdate
from bot.telegram.guard import Guard
from bot.telegram.lanes import Lanes
from bot.telegram.limits import FloodLimits
from bot.telegram.poller import Poller
from bot.telegram.receiver import RawUpdate, Receiver
from bot.telegram.sender import Sender
from tests.builders.chance import seeded
from tests.builders.chat_updates import a_message
from tests.fakes.hand_clock import HandClock
from tests.fakes.mail_boxes import FakeInbox

UPDATES, PEOPLE, LIVES = 400, 12, 60


class TelegramInMemory:
    """Keeps updates until an offset confirms them, and what was sent to it."""

    def __init__(self) -> None:
        chance = seeded(11)
        self.pending = [
            a_message(f"{number}", sender=1 + chance.randrange(PEOPLE), update_id=1000 + number)
            for number in range(UPDATES)
        ]
        self.sent: dict[int, list[str]] = defaultdict(list)
        self._chance = chance

    async def call(
        self, method: str, payload: Mapping[str, object], *, seconds: float = 20.0
    ) -> object:
        assert seconds > 0
        for _ in range(self._chance.randrange(3)):
            await asyncio.sleep(0)
        if method == "sendMessage":
            self.sent[int(str(payload["chat_id"]))].append(str(payload["text"]))
            return {"message_id": 1}
        offset = payload.get("offset")
        if isinstance(offset, int):
            self.pending = [raw for raw in self.pending if raw["update_id"] >= offset]
        return self.pending[:5]


class SlowInbox(FakeInbox):
    """An inbox whose commit takes a while on both sides, as a database's does."""

    async def store(self, updates: Sequence[StoredUpdate]) -> list[StoredUpdate]:
        for _ in range(3):
            await asyncio.sleep(0)
        fresh = await super().store(updates)
        await asyncio.sleep(0)
        return fresh


class Life:
    """One process from start to SIGKILL; the inbox and outbox outlive it."""

    def __init__(self, telegram: TelegramInMemory, inbox: FakeInbox) -> None:
        clock = HandClock()
        self._inbox = inbox
        self._chance = seeded(len(inbox.updates))
        guard = Guard(handle=self._handle, inbox=inbox)
        lanes = Lanes(handle=guard.handle, workers=4)
        self.receiver = Receiver(inbox=inbox, lanes=lanes, clock=clock)
        self.poller = Poller(api=telegram, receiver=self.receiver)
        limits = FloodLimits(clock=clock, per_second=10_000, chat_burst=10_000)
        sender = Sender(
            outbox=inbox.outbox, api=telegram, clock=clock, limits=limits, poll_seconds=0.001
        )
        self._works = (lanes.run, self.receiver.run, self.poller.run, sender.run)

    async def live(self, turns: int) -> None:
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(work()) for work in self._works]
        for _ in range(turns):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _handle(self, update: StoredUpdate) -> None:
        for _ in range(self._chance.randrange(4)):
            await asyncio.sleep(0)
        text = update.raw["message"]["text"]
        payload = {"chat_id": update.lane, "text": text}
        reply = Notice(chat_id=update.lane, method="sendMessage", payload=payload)
        await self._inbox.close(update.update_id, failure="", notices=[reply])


def without_repeats(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(texts))


async def live_many_lives(telegram: TelegramInMemory, inbox: FakeInbox, kind: type[Life]) -> None:
    chance = seeded(5)
    for _ in range(LIVES):
        await kind(telegram, inbox).live(chance.randrange(3, 30))
    for _ in range(40):
        await kind(telegram, inbox).live(800)
        if inbox.outbox.is_drained and not telegram.pending:
            return
    raise AssertionError("the work was not done in many lives")


async def test_nothing_is_lost_doubled_or_reordered_by_being_killed() -> None:
    telegram, inbox = TelegramInMemory(), SlowInbox()
    expected: dict[int, list[str]] = defaultdict(list)
    for raw in telegram.pending:
        expected[raw["message"]["chat"]["id"]].append(raw["message"]["text"])
    await live_many_lives(telegram, inbox, Life)
    booked: dict[int, list[str]] = defaultdict(list)
    for notice in inbox.outbox.queued.values():
        booked[notice.chat_id].append(str(notice.payload["text"]))
    assert booked == expected, "each update took effect once, in order"
    for chat_id, texts in expected.items():
        # A kill between Telegram's answer and our mark repeats a message, and cannot but.
        assert without_repeats(telegram.sent[chat_id]) == texts


class HastyPoller(Poller):
    """The negative control: acknowledges what it fetched before it is stored."""

    async def poll_once(self) -> None:
        updates: Sequence[RawUpdate] = await self._fetch()
        self._offset = 1 + max(int(str(raw["update_id"])) for raw in updates) if updates else None
        if self._offset is not None:
            await self._api.call("getUpdates", {"offset": self._offset})
            await self._receiver.receive(updates)


class HastyLife(Life):
    """A process with the hasty poller."""

    def __init__(self, telegram: TelegramInMemory, inbox: FakeInbox) -> None:
        super().__init__(telegram, inbox)
        poller = HastyPoller(api=telegram, receiver=self.receiver)
        self._works = (*self._works[:2], poller.run, self._works[3])


async def test_acknowledging_before_storing_would_lose_updates() -> None:
    telegram, inbox = TelegramInMemory(), SlowInbox()
    await live_many_lives(telegram, inbox, HastyLife)
    assert len(inbox.updates) < UPDATES


@pytest.mark.parametrize("seed", range(3))
async def test_pushed_updates_may_come_often_and_in_any_order(seed: int) -> None:
    """A webhook may repeat and reorder; each update is handled once all the same."""
    telegram, inbox = TelegramInMemory(), SlowInbox()
    chance = seeded(seed)
    pushed = [raw for raw in telegram.pending for _ in range(chance.randint(1, 4))]
    chance.shuffle(pushed)
    telegram.pending = []
    life = Life(telegram, inbox)
    for begin in range(0, len(pushed), 50):
        await asyncio.gather(*(life.receiver.receive([raw]) for raw in pushed[begin : begin + 50]))
    await life.live(6000)
    assert len(inbox.failures) == UPDATES
    assert len(inbox.outbox.queued) == UPDATES
