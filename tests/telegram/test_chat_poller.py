"""Long polling acknowledges only what is committed."""

import asyncio
from collections.abc import Mapping

import pytest

from bot.domain.errors import Unavailable
from bot.telegram.bot_api import ApiError
from bot.telegram.lanes import Lanes
from bot.telegram.poller import Poller
from bot.telegram.receiver import Receiver
from tests.builders.chat_updates import a_message
from tests.fakes.hand_clock import HandClock
from tests.fakes.mail_boxes import FakeInbox


class ScriptedApi:
    """Answers `getUpdates` from a script and notes the offsets."""

    def __init__(self, *answers: object) -> None:
        self._answers = list(answers)
        self.offsets: list[object] = []

    async def call(
        self, method: str, payload: Mapping[str, object], *, seconds: float = 20.0
    ) -> object:
        assert method == "getUpdates"
        assert seconds > payload["timeout"]
        if not self._answers:
            raise asyncio.CancelledError
        self.offsets.append(payload.get("offset"))
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def poll(api: ScriptedApi, inbox: FakeInbox, clock: HandClock) -> None:
    async def never(_update: object) -> None:
        raise AssertionError("the lanes do not run here")

    receiver = Receiver(inbox=inbox, lanes=Lanes(handle=never), clock=clock)
    with pytest.raises(asyncio.CancelledError):
        await Poller(api=api, receiver=receiver, sleep=clock.sleep).run()


async def test_the_offset_follows_the_commit_and_is_then_forgotten() -> None:
    first, second = a_message("a", update_id=10), a_message("b", update_id=11)
    api = ScriptedApi([first, second], [], [], [a_message("c", update_id=3)], [])
    inbox = FakeInbox()
    await poll(api, inbox, HandClock())
    assert api.offsets == [None, 12, None, None, 4]
    assert list(inbox.updates) == [10, 11, 3]


async def test_nothing_is_acknowledged_while_the_database_is_away() -> None:
    batch = [a_message("a", update_id=10)]
    api, inbox, clock = ScriptedApi(batch, batch, batch, []), FakeInbox(), HandClock()
    inbox.outages = 2
    await poll(api, inbox, clock)
    assert api.offsets == [None, None, None, 11]
    assert clock.slept == [0.5, 1.0]
    assert list(inbox.updates) == [10]


async def test_a_flood_wait_and_failures_are_waited_out() -> None:
    api = ScriptedApi(
        ApiError(429, "Too Many Requests", 7.0),
        ApiError(409, "Conflict: terminated by other getUpdates request"),
        Unavailable("Telegram", "getUpdates: error 502"),
        Unavailable("Telegram", "getUpdates: TimeoutError"),
        "nonsense",
        [],
        Unavailable("Telegram"),
        [],
    )
    clock = HandClock()
    await poll(api, FakeInbox(), clock)
    assert clock.slept == [7.0, 1.0, 2.0, 4.0, 8.0, 0.5]


async def test_the_wait_between_failures_has_an_end() -> None:
    clock = HandClock()
    await poll(ScriptedApi(*[Unavailable("Telegram")] * 12), FakeInbox(), clock)
    assert max(clock.slept) == 30.0


async def test_what_is_not_an_update_is_passed_over() -> None:
    inbox = FakeInbox()
    api = ScriptedApi([7, {"no": "id"}, a_message("a", update_id=10)], [])
    await poll(api, inbox, HandClock())
    assert list(inbox.updates) == [10]
    assert api.offsets == [None, 11]
