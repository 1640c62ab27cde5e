"""Lanes, the receiver and the guard: nothing lost, nothing doubled, order kept per person."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

import pytest

from bot.domain.errors import Unavailable
from bot.ports.mail import StoredUpdate
from bot.telegram.guard import Guard
from bot.telegram.lanes import Lanes
from bot.telegram.receiver import Receiver, lane_of
from tests.builders.chance import seeded
from tests.builders.chat_updates import ANN, BOB, GROUP, a_message, a_person, a_press
from tests.fakes.hand_clock import HandClock
from tests.fakes.mail_boxes import FakeInbox

Handle = Callable[[StoredUpdate], Awaitable[None]]


def an_update(update_id: int, lane: int) -> StoredUpdate:
    return StoredUpdate(update_id=update_id, lane=lane, raw={}, received_at=HandClock().now())


async def run_until(lanes: Lanes, is_over: Callable[[], bool]) -> None:
    """Run the lanes until a moment, then stop them in order."""
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        group.create_task(lanes.run())
        while not is_over():  # noqa: ASYNC110 (any change may be the awaited one)
            await asyncio.sleep(0)
        lanes.stop()


async def test_order_is_kept_within_each_lane_while_lanes_run_together() -> None:
    chance = seeded(3)
    updates = [an_update(number, chance.randrange(20)) for number in range(600)]
    handled: dict[int, list[int]] = defaultdict(list)
    at_once = most_at_once = 0

    async def handle(update: StoredUpdate) -> None:
        nonlocal at_once, most_at_once
        at_once += 1
        most_at_once = max(most_at_once, at_once)
        for _ in range(chance.randrange(4)):
            await asyncio.sleep(0)
        handled[update.lane].append(update.update_id)
        at_once -= 1

    lanes = Lanes(handle=handle, workers=8)
    await lanes.feed(updates)
    await run_until(lanes, lambda: sum(map(len, handled.values())) == 600)
    for lane, order in handled.items():
        assert order == [u.update_id for u in updates if u.lane == lane]
    assert most_at_once == 8


async def test_a_busy_lane_does_not_hold_up_the_others() -> None:
    handled: list[int] = []

    async def handle(update: StoredUpdate) -> None:
        handled.append(update.lane)

    lanes = Lanes(handle=handle, workers=1)
    await lanes.feed([an_update(number, 1) for number in range(100)])
    await lanes.feed([an_update(1000, 2)])
    await run_until(lanes, lambda: len(handled) == 101)
    assert handled.index(2) == 1


async def test_an_update_that_is_known_is_not_taken_twice() -> None:
    handled: list[int] = []

    async def handle(update: StoredUpdate) -> None:
        handled.append(update.update_id)

    lanes = Lanes(handle=handle)
    await lanes.feed([an_update(1, 1), an_update(1, 1), an_update(2, 1)])
    await run_until(lanes, lambda: len(handled) >= 2)
    await lanes.feed([an_update(1, 1)])
    assert handled == [1, 2]
    assert lanes.waiting == 0


async def test_a_full_house_makes_the_feeder_wait() -> None:
    gate = asyncio.Event()

    async def handle(_update: StoredUpdate) -> None:
        await gate.wait()

    lanes = Lanes(handle=handle, workers=2, most_waiting=10)
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        group.create_task(lanes.run())
        feeding = group.create_task(lanes.feed([an_update(n, n) for n in range(30)]))
        for _ in range(50):
            await asyncio.sleep(0)
        assert lanes.waiting == 10
        assert not feeding.done()
        gate.set()
        await feeding
        lanes.stop()


async def test_stopping_finishes_what_is_in_hand_and_no_more() -> None:
    began, gate = asyncio.Event(), asyncio.Event()
    finished: list[int] = []

    async def handle(update: StoredUpdate) -> None:
        began.set()
        await gate.wait()
        finished.append(update.update_id)

    lanes = Lanes(handle=handle, workers=1)
    await lanes.feed([an_update(1, 1), an_update(2, 1)])
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        running = group.create_task(lanes.run())
        await began.wait()
        assert lanes.waiting == 2
        lanes.stop()
        assert lanes.waiting == 1
        gate.set()
        await running
    assert finished == [1]
    assert lanes.waiting == 0


@pytest.mark.parametrize(
    ("raw", "lane"),
    [
        (a_message("x", sender=ANN, chat=GROUP), ANN),
        (a_press("x", presser=BOB, chat=GROUP), BOB),
        (a_message("x", sender=1087968824, chat=GROUP), GROUP),
        ({"update_id": 1, "channel_post": {"chat": {"id": -5}}}, -5),
        ({"update_id": 1, "message": {"from": {"id": "no"}, "chat": []}}, 0),
        ({"update_id": 1}, 0),
    ],
)
def test_a_lane_is_a_person_or_else_a_chat(raw: dict[str, object], lane: int) -> None:
    assert lane_of(raw) == lane


class Handled:
    """Lanes that only note what they were fed, and a receiver before them."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.inbox = FakeInbox()
        self.lanes = Lanes(handle=self._handle, workers=4)
        self.receiver = Receiver(inbox=self.inbox, lanes=self.lanes, clock=HandClock())

    async def _handle(self, update: StoredUpdate) -> None:
        self.ids.append(update.update_id)
        await self.inbox.close(update.update_id, failure="")

    async def drain(self, count: int) -> list[int]:
        await run_until(self.lanes, lambda: len(self.ids) >= count)
        return self.ids


async def test_each_update_is_handled_once_however_often_it_comes() -> None:
    world = Handled()
    updates = [a_message("hi", update_id=number) for number in range(1, 60)]
    chance = seeded(5)
    for _ in range(3):
        await world.receiver.receive(updates)
        chance.shuffle(updates)
    assert await world.drain(59) == sorted(world.ids)
    assert len(world.ids) == 59


async def test_an_update_id_below_the_last_is_handled_too() -> None:
    world = Handled()
    await world.receiver.receive([a_message("hi", update_id=900_000)])
    await world.receiver.receive([a_message("hi", update_id=17)])
    assert await world.drain(2) == [900_000, 17]


async def test_what_a_crash_left_behind_is_handled_first() -> None:
    world = Handled()
    await world.inbox.store([an_update(5, ANN), an_update(6, ANN)])
    await world.receiver.receive([a_message("hi", update_id=7)])
    assert await world.drain(3) == [5, 6, 7]


async def test_a_store_whose_answer_was_lost_is_not_lost() -> None:
    world = Handled()
    await world.receiver.receive([])
    world.inbox.commits_then_fails = True
    with pytest.raises(Unavailable):
        await world.receiver.receive([a_message("hi", update_id=8)])
    await world.receiver.receive([a_message("hi", update_id=8), a_message("hi", update_id=9)])
    assert await world.drain(2) == [8, 9]


async def test_a_cancelled_push_is_taken_up_by_the_sweep() -> None:
    world = Handled()
    world.inbox.on_store = cancel_once(world.inbox)
    with pytest.raises(asyncio.CancelledError):
        await world.receiver.receive([a_message("hi", update_id=8)])
    world.receiver._sleep = stop_sweeping
    with pytest.raises(asyncio.CancelledError):
        await world.receiver.run()
    assert await world.drain(1) == [8]


def cancel_once(inbox: FakeInbox) -> Callable[[], None]:
    def cancel() -> None:
        inbox.on_store = lambda: None
        raise asyncio.CancelledError

    return cancel


async def stop_sweeping(_seconds: float) -> None:
    raise asyncio.CancelledError


async def test_what_no_database_takes_is_replaced_before_it_is_kept() -> None:
    world = Handled()
    text = "a\x00b\ud800c"
    await world.receiver.receive([a_message(text, update_id=1), {"no": "id"}])
    kept = world.inbox.updates[1].raw["message"]
    assert kept["text"] == "a\ufffdb\ufffdc"


async def test_a_private_key_is_never_kept() -> None:
    world = Handled()
    secret = "5" * 88
    numbers = "[" + ", ".join(["12"] * 64) + "]"
    await world.receiver.receive([a_message(f"my key {secret} and {numbers}", update_id=1)])
    kept = world.inbox.updates[1].raw["message"]["text"]
    assert secret not in kept
    assert numbers not in kept
    assert kept.count("[private key removed]") == 2


# The guard.


def a_guard(inbox: FakeInbox, handle: Handle, clock: HandClock) -> Guard:
    return Guard(handle=handle, inbox=inbox, admin_ids=(3001,), sleep=clock.sleep)


def failing(*faults: Exception | None) -> Handle:
    waiting = list(faults)

    async def handle(_update: StoredUpdate) -> None:
        fault = waiting.pop(0)
        if fault is not None:
            raise fault

    return handle


def stored(raw: dict[str, object]) -> StoredUpdate:
    return StoredUpdate(
        update_id=raw["update_id"], lane=lane_of(raw), raw=raw, received_at=HandClock().now()
    )


async def test_a_fault_of_ours_is_confessed_with_a_reference_and_told_to_admins_once() -> None:
    inbox, clock = FakeInbox(), HandClock()
    guard = a_guard(inbox, failing(KeyError("secret words"), KeyError("other")), clock)
    await guard.handle(stored(a_message("/price WIF", update_id=123)))
    to_person, to_admin = inbox.outbox.queued.values()
    assert to_person.chat_id == ANN
    assert "nothing was changed. Reference 123-" in to_person.payload["text"]
    assert to_admin.chat_id == 3001
    assert "KeyError" in to_admin.payload["text"]
    assert "secret words" not in inbox.failures[123] + to_admin.payload["text"]
    await guard.handle(stored(a_message("/price WIF", update_id=124)))
    assert len(inbox.outbox.queued) == 3


async def test_an_outage_outside_is_told_by_name() -> None:
    inbox, clock = FakeInbox(), HandClock()
    guard = a_guard(inbox, failing(Unavailable("Solana RPC", "all endpoints")), clock)
    await guard.handle(stored(a_press("x", presser=BOB)))
    (toast,) = inbox.outbox.queued.values()
    assert toast.method == "answerCallbackQuery"
    assert toast.payload["text"].startswith("⚠️ Solana RPC does not answer right now")


async def test_an_outage_of_the_database_leaves_the_update_open_and_tries_again() -> None:
    inbox, clock = FakeInbox(), HandClock()
    away = Unavailable("database")
    guard = a_guard(inbox, failing(away, away, away, away, None), clock)
    await guard.handle(stored(a_message("/start", update_id=9)))
    assert clock.slept == [0.2, 0.4, 0.8, 1.6]
    assert inbox.failures == {}


async def test_a_confession_waits_for_the_database_too() -> None:
    inbox, clock = FakeInbox(), HandClock()
    inbox.outages = 1
    guard = a_guard(inbox, failing(ValueError("x"), ValueError("x")), clock)
    await guard.handle(stored(a_message("/start", update_id=9)))
    assert len(inbox.failures) == 1
    assert len(inbox.outbox.queued) == 2


@pytest.mark.parametrize(
    "raw",
    [
        {"update_id": 1},
        {"update_id": 1, "message": "no"},
        {"update_id": 1, "message": {"chat": {"id": "x"}}},
        {"update_id": 1, "callback_query": {"id": 5, "from": a_person()}},
    ],
)
async def test_an_update_without_anybody_to_answer_is_still_closed(raw: dict[str, object]) -> None:
    inbox = FakeInbox()
    guard = Guard(handle=failing(ValueError("x")), inbox=inbox)
    await guard.handle(stored(raw))
    assert "ValueError" in inbox.failures[1]
    assert inbox.outbox.queued == {}
