"""A worker takes of a backlog what keeps it busy, and looks again once that is worked off."""

import asyncio
from collections.abc import Collection, Mapping

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.mail import PostgresInbox, PostgresOutbox
from bot.ports.mail import StoredUpdate
from bot.telegram.crowding import Crowding
from bot.telegram.inbox_feed import InboxFeed
from bot.telegram.lanes import Lanes
from bot.telegram.reachability import Reachability
from bot.telegram.receiver import Receiver
from bot.telegram.secret_pocket import SecretPocket
from tests.builders.chat_updates import a_message
from tests.fixtures import within

BACKLOG = 1_800


class CountingInbox(PostgresInbox):
    """Counts how often it is looked through."""

    readings = 0

    async def open_in(
        self, shards: Collection[int], besides: Collection[int], limit: int
    ) -> list[StoredUpdate]:
        self.readings += 1
        return await super().open_in(shards, besides, limit)


class NoSecrets:
    """Implements `TypedSecrets`: nobody typed any."""

    async def put(self, secrets: Mapping[int, str]) -> None:
        raise AssertionError(secrets)

    async def of(self, update_ids: Collection[int]) -> Mapping[int, str]:
        raise AssertionError(update_ids)

    async def forget(self, update_ids: Collection[int]) -> None:
        raise AssertionError(update_ids)


async def test_a_backlog_is_read_in_parts_in_order_and_never_again_and_again(
    database: Pool,
) -> None:
    inbox, clock, handled = CountingInbox(database), SystemClock(), list[int]()
    door = asyncio.Event()
    people = [1_000 + number % 90 for number in range(BACKLOG)]
    updates = [
        a_message("/wallet", sender=person, update_id=1 + number)
        for number, person in enumerate(people)
    ]
    await Receiver(inbox=inbox, lanes=None, clock=clock).receive(updates)

    async def handle(update: StoredUpdate) -> None:
        await door.wait()
        handled.append(update.update_id)
        await inbox.close(update.update_id, failure="")

    lanes = Lanes(handle=handle)
    feed = InboxFeed(
        inbox=inbox,
        lanes=lanes,
        crowding=Crowding(inbox=inbox, lanes=lanes, clock=clock),
        reachability=Reachability(outbox=PostgresOutbox(database), clock=clock),
        shards=lambda: range(64),
        pocket=SecretPocket(),
        secrets=NoSecrets(),
        poll_seconds=0.001,
    )
    async with asyncio.TaskGroup() as group:
        working = [group.create_task(part.run()) for part in (lanes, feed)]
        async with within(60):
            while lanes.waiting < 1_000:  # noqa: ASYNC110 (lanes tell nobody what waits)
                await asyncio.sleep(0.001)
            await asyncio.sleep(0.1)
            assert (lanes.waiting, inbox.readings) == (1_000, 2)
            door.set()
            while len(handled) < BACKLOG:  # noqa: ASYNC110 (as above)
                await asyncio.sleep(0.001)
        for one in working:
            one.cancel()
    by_person = {person: [n for n in handled if people[n - 1] == person] for person in set(people)}
    assert all(numbers == sorted(numbers) for numbers in by_person.values())
    assert sorted(handled) == list(range(1, BACKLOG + 1))
