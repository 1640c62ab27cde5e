"""A lane that overflows is shut until it is empty, and nothing that it took is lost."""

import asyncio

import pytest

from bot.domain.errors import Unavailable
from bot.ports.mail import StoredUpdate
from bot.telegram.crowding import Crowding
from bot.telegram.lanes import Lanes
from tests.fakes.hand_clock import HandClock
from tests.fakes.mail_boxes import FakeInbox

ANN, BOB, GROUP = 1001, 1002, -1001


class Room:
    """Lanes that hold everything until their gate opens, with a crowd before them."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.clock = HandClock()
        self.inbox = FakeInbox()
        self.handled: list[int] = []
        self.lanes = Lanes(handle=self.handle, workers=2)
        self.crowding = Crowding(
            inbox=self.inbox, lanes=self.lanes, clock=self.clock, most_per_lane=3
        )

    async def handle(self, update: StoredUpdate) -> None:
        await self.gate.wait()
        self.handled.append(update.update_id)

    async def send(self, lane: int, *numbers: int) -> None:
        updates = [
            StoredUpdate(update_id=number, lane=lane, raw={}, received_at=self.clock.now())
            for number in numbers
        ]
        await self.inbox.store(updates)
        await self.crowding.feed(updates)

    async def answer_all(self) -> None:
        """Let what was taken be answered."""
        self.gate.set()
        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            group.create_task(self.lanes.run())
            while self.lanes.waiting:  # noqa: ASYNC110 (any change may be the awaited one)
                await asyncio.sleep(0)
            self.lanes.stop()

    @property
    def turned_away(self) -> list[int]:
        return sorted(self.inbox.failures)

    @property
    def told(self) -> list[int]:
        return [notice.chat_id for notice in self.inbox.outbox.queued.values()]


async def test_what_overflows_is_closed_and_what_was_taken_is_answered() -> None:
    room = Room()
    await room.send(ANN, 1, 2, 3, 4, 5)
    await room.send(BOB, 6, 7)
    await room.send(ANN, 8)
    assert room.turned_away == [4, 5, 8]
    assert room.told == [ANN]
    await room.answer_all()
    assert sorted(room.handled) == [1, 2, 3, 6, 7]


async def test_a_shut_lane_opens_once_all_that_it_took_is_answered() -> None:
    room = Room()
    await room.send(ANN, 1, 2, 3, 4)
    await room.answer_all()
    await room.send(ANN, 5, 6)
    assert room.turned_away == [4]
    assert room.lanes.waiting_in(ANN) == 2


async def test_what_is_queued_already_is_never_turned_away() -> None:
    room = Room()
    await room.send(ANN, 1, 2, 3)
    await room.send(ANN, 1, 2, 3)
    assert room.turned_away == []
    await room.send(ANN, 4)
    await room.send(ANN, 2)
    assert room.turned_away == [4]


async def test_it_is_told_again_after_a_minute_and_never_to_a_group() -> None:
    room = Room()
    await room.send(ANN, 1, 2, 3, 4)
    room.clock.advance(30)
    await room.send(ANN, 5)
    assert room.told == [ANN]
    room.clock.advance(31)
    await room.send(ANN, 6)
    assert room.told == [ANN, ANN]
    await room.send(GROUP, 10, 11, 12, 13)
    assert room.told == [ANN, ANN]


async def test_a_word_that_could_not_be_kept_is_told_later() -> None:
    room = Room()
    await room.send(ANN, 1, 2, 3)
    room.inbox.outages = 2
    with pytest.raises(Unavailable):
        await room.crowding.feed([ghost(4)])
    room.inbox.outages = 0
    await room.send(ANN, 5)
    assert room.told == [ANN]


def ghost(number: int) -> StoredUpdate:
    return StoredUpdate(update_id=number, lane=ANN, raw={}, received_at=HandClock().now())
