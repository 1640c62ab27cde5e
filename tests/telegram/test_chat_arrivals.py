"""What comes while another is stored is stored with the next, in one commit, in its order."""

import asyncio
from collections.abc import Mapping

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.mail import PostgresInbox
from bot.domain.errors import Unavailable
from bot.ports.mail import StoredUpdate
from bot.telegram.lanes import Lanes
from bot.telegram.receiver import Receiver
from tests.builders.chat_updates import a_message
from tests.fakes.mail_boxes import FakeInbox
from tests.fixtures import within

_COMMITS = "SELECT count(DISTINCT xmin::text) FROM inbox"


class Seen:
    """Remembers what the lanes were handed, by person."""

    def __init__(self) -> None:
        self.by_person: dict[int, list[int]] = {}
        self.count = 0

    async def handle(self, update: StoredUpdate) -> None:
        self.by_person.setdefault(update.lane, []).append(update.update_id)
        self.count += 1


def pushed(number: int, person: int) -> Mapping[str, object]:
    return a_message(f"{number}", sender=person, update_id=number)


async def test_a_hundred_that_are_pushed_at_once_share_commits_and_keep_their_order(
    database: Pool,
) -> None:
    seen = Seen()
    lanes = Lanes(handle=seen.handle)
    receiver = Receiver(inbox=PostgresInbox(database), lanes=lanes, clock=SystemClock())
    async with asyncio.TaskGroup() as group:
        working = group.create_task(lanes.run())
        updates = [pushed(number, 1 + number % 7) for number in range(1, 101)]
        # Each comes twice, as where an acknowledgement was lost.
        await asyncio.gather(*(receiver.receive([one]) for one in (*updates, *updates)))
        async with within(30):
            while seen.count < 100:  # noqa: ASYNC110 (lanes tell nobody that they are done)
                await asyncio.sleep(0.002)
        working.cancel()
    assert await database.fetchval("SELECT count(*) FROM inbox") == 100
    # The first goes alone; the others waited for it.
    assert await database.fetchval(_COMMITS) <= 3
    assert seen.by_person == {
        person: [number for number in range(1, 101) if 1 + number % 7 == person]
        for person in range(1, 8)
    }


class FailingInbox(FakeInbox):
    """An inbox that fails in one way, however often it is asked."""

    def __init__(self, fault: Exception) -> None:
        super().__init__()
        self.fault = fault

    async def store(self, updates: object) -> list[StoredUpdate]:
        del updates
        await asyncio.sleep(0)
        raise self.fault


async def test_where_the_database_is_away_nobody_is_acknowledged() -> None:
    receiver = Receiver(
        inbox=FailingInbox(Unavailable("database")), lanes=None, clock=SystemClock()
    )
    came = await asyncio.gather(
        *(receiver.receive([pushed(number, 1)]) for number in range(20)), return_exceptions=True
    )
    assert [type(answer) for answer in came] == [Unavailable] * 20


async def test_one_who_hangs_up_in_line_takes_nobody_along(database: Pool) -> None:
    receiver = Receiver(inbox=PostgresInbox(database), lanes=None, clock=SystemClock())
    async with asyncio.TaskGroup() as group:
        first, gone, last = (
            group.create_task(receiver.receive([pushed(number, 1)])) for number in (1, 2, 3)
        )
        await asyncio.sleep(0)
        gone.cancel()
        await first
        await last
    stored = [row["update_id"] for row in await database.fetch("SELECT update_id FROM inbox")]
    assert stored == [1, 3]


async def test_who_was_stored_beside_a_fault_of_ours_is_to_come_again() -> None:
    inbox = FailingInbox(LookupError("a fault"))
    receiver = Receiver(inbox=inbox, lanes=None, clock=SystemClock())
    came = await asyncio.gather(
        *(receiver.receive([pushed(number, 1)]) for number in range(3)), return_exceptions=True
    )
    # The first stores for itself, the second for itself and the third.
    assert [type(answer) for answer in came] == [LookupError, LookupError, Unavailable]
