"""An update whose answer cannot be stored is closed all the same, and the bot lives on."""

from collections.abc import Sequence

from bot.domain.notices import Notice
from bot.ports.mail import StoredUpdate
from bot.telegram.guard import Guard
from tests.builders.desks import NOON

HUGE_CHAT = {"message": {"chat": {"id": 2**63}}}


class PickyInbox:
    """Stores no notice for a chat of no possible number, as PostgreSQL does not."""

    def __init__(self) -> None:
        self.closed: list[tuple[int, int]] = []

    async def store(self, updates: Sequence[StoredUpdate]) -> list[StoredUpdate]:
        return list(updates)

    async def unanswered(self) -> list[StoredUpdate]:
        return []

    async def close(self, update_id: int, *, failure: str, notices: Sequence[Notice] = ()) -> None:
        assert failure
        if any(notice.chat_id >= 2**63 for notice in notices):
            raise OverflowError("value out of int64 range")
        self.closed.append((update_id, len(notices)))


async def fails(_update: StoredUpdate) -> None:
    raise RuntimeError("a fault of ours")


async def test_an_answer_that_cannot_be_stored_is_dropped_with_its_update_closed() -> None:
    inbox = PickyInbox()
    update = StoredUpdate(update_id=7, lane=1, raw=HUGE_CHAT, received_at=NOON)
    await Guard(handle=fails, inbox=inbox).handle(update)
    assert inbox.closed == [(7, 0)]
