"""Delivery: in order per chat, within Telegram's limits, through floods and outages."""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable, Mapping

import pytest

from bot.domain.errors import Unavailable
from bot.domain.notices import Notice, Priority, QueuedNotice
from bot.ports.mail import NOTHING, InHand
from bot.telegram.bot_api import ApiError
from bot.telegram.limits import FloodLimits
from bot.telegram.sender import Sender
from tests.builders.chance import seeded
from tests.fakes.mail_boxes import FakeOutbox
from tests.fakes.simulated_time import SimulatedTime

Answer = Callable[[Mapping[str, object]], Exception | None]


class NotedApi:
    """Notes each call with its time; `judge` may refuse one."""

    def __init__(self, clock: SimulatedTime, judge: Answer = lambda _payload: None) -> None:
        self._clock = clock
        self._judge = judge
        self.calls: list[tuple[float, int, str]] = []
        self.taken: list[tuple[float, int, str]] = []

    async def call(
        self, method: str, payload: Mapping[str, object], *, seconds: float = 20.0
    ) -> object:
        assert seconds > 0
        await asyncio.sleep(0)
        # What is a minute late says so below its text.
        text = str(payload.get("text", method)).partition("\n\n")[0]
        entry = (self._clock.monotonic(), int(str(payload.get("chat_id", 0))), text)
        self.calls.append(entry)
        refusal = self._judge(payload)
        if refusal is not None:
            raise refusal
        self.taken.append(entry)
        return {"message_id": len(self.taken)} if method == "sendMessage" else True


def a_notice(chat_id: int, text: str, method: str = "sendMessage") -> Notice:
    priority = Priority.TOAST if method == "answerCallbackQuery" else Priority.REPLY
    payload: dict[str, object] = {"chat_id": chat_id, "text": text}
    return Notice(chat_id=chat_id, method=method, payload=payload, priority=priority)


async def deliver(
    clock: SimulatedTime,
    outbox: FakeOutbox,
    api: NotedApi,
    is_over: Callable[[], bool] | None = None,
) -> None:
    sender = Sender(
        outbox=outbox,
        api=api,
        clock=clock,
        limits=FloodLimits(clock=clock),
        poll_seconds=0.001,
        sleep=clock.sleep,
    )

    async def run() -> None:
        await sender.run()

    running = asyncio.get_running_loop().create_task(run())
    try:
        await clock.run_until(is_over or (lambda: outbox.is_drained))
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def most_within(moments: list[float], seconds: float) -> int:
    ordered = sorted(moments)
    return max(
        sum(1 for other in ordered if moment <= other < moment + seconds - 1e-9)
        for moment in ordered
    )


async def test_each_chat_gets_its_messages_once_and_in_order() -> None:
    clock, outbox = SimulatedTime(), FakeOutbox()
    chance = seeded(4)
    sent = [(chance.choice([1, 2, 3, -4, -5]), f"{number}") for number in range(120)]
    await outbox.put([a_notice(chat_id, text) for chat_id, text in sent])
    api = NotedApi(clock)
    await deliver(clock, outbox, api)
    for chat_id in (1, 2, 3, -4, -5):
        order = [text for _, chat, text in api.taken if chat == chat_id]
        assert order == [text for chat, text in sent if chat == chat_id]
    assert len(outbox.delivered) == 120
    assert all(outbox.delivered.values())


async def test_limits_are_kept_overall_per_chat_and_per_group() -> None:
    clock, outbox = SimulatedTime(), FakeOutbox()
    await outbox.put([a_notice(chat, f"{n}") for n in range(4) for chat in range(1, 41)])
    await outbox.put([a_notice(-9, f"g{n}") for n in range(45)])
    api = NotedApi(clock)
    await deliver(clock, outbox, api)
    moments: dict[int, list[float]] = defaultdict(list)
    for moment, chat_id, _ in api.calls:
        moments[chat_id].append(moment)
    assert most_within([moment for moment, _, _ in api.calls], 1.0) <= 30
    assert all(most_within(times, 10.0) <= 13 for times in moments.values())
    assert most_within(moments[-9], 60.0) <= 20


async def test_a_short_burst_to_one_chat_goes_at_once() -> None:
    clock, outbox = SimulatedTime(), FakeOutbox()
    await outbox.put([a_notice(1, f"{n}") for n in range(5)])
    api = NotedApi(clock)
    await deliver(clock, outbox, api)
    assert [moment for moment, _, _ in api.calls] == [0, 0, 0, 1, 2]


async def test_a_flood_wait_is_obeyed_by_its_chat_and_no_other_waits() -> None:
    clock, outbox = SimulatedTime(), FakeOutbox()
    refused: list[float] = []

    def judge(payload: Mapping[str, object]) -> Exception | None:
        if payload["chat_id"] == 1 and not refused:
            refused.append(clock.monotonic())
            return ApiError(429, "Too Many Requests: retry after 35", 35.0)
        return None

    await outbox.put([a_notice(1, "a"), a_notice(1, "b"), a_notice(2, "c")])
    api = NotedApi(clock, judge)
    await deliver(clock, outbox, api)
    first_again = min(moment for moment, chat, _ in api.taken if chat == 1)
    assert first_again >= refused[0] + 35
    assert [text for _, chat, text in api.taken if chat == 1] == ["a", "b"]
    assert next(moment for moment, chat, _ in api.taken if chat == 2) < 1


async def test_a_storm_of_floods_and_faults_loses_and_reorders_nothing() -> None:
    clock, outbox = SimulatedTime(), FakeOutbox()
    chance = seeded(8)
    closed_until: dict[object, float] = {}

    def judge(payload: Mapping[str, object]) -> Exception | None:
        chat = payload["chat_id"]
        assert clock.monotonic() >= closed_until.get(chat, 0), "no call inside the wait"
        if chance.random() < 0.3:
            wait = chance.randint(1, 35)
            closed_until[chat] = clock.monotonic() + wait
            return ApiError(429, "Too Many Requests", float(wait))
        return Unavailable("Telegram", "error 502") if chance.random() < 0.1 else None

    sent = [(chance.randint(1, 6), f"{number}") for number in range(90)]
    await outbox.put([a_notice(chat_id, text) for chat_id, text in sent])
    api = NotedApi(clock, judge)
    await deliver(clock, outbox, api)
    for chat_id in range(1, 7):
        order = [text for _, chat, text in api.taken if chat == chat_id]
        assert order == [text for chat, text in sent if chat == chat_id]


async def test_answers_to_presses_wait_for_nothing() -> None:
    clock, outbox = SimulatedTime(), FakeOutbox()
    await outbox.put([a_notice(1, f"{n}") for n in range(50)])
    await outbox.put([a_notice(1, f"t{n}", "answerCallbackQuery") for n in range(50)])
    api = NotedApi(clock)
    await deliver(clock, outbox, api)
    assert max(moment for moment, _, text in api.taken if text.startswith("t")) == 0


@pytest.mark.parametrize(
    ("error", "is_delivered"),
    [
        (ApiError(400, "Bad Request: message is not modified: specified new ..."), True),
        (ApiError(400, "Bad Request: query is too old and response timeout expired"), True),
        (ApiError(400, "Bad Request: message text is empty"), False),
        (ApiError(403, "Forbidden: bots can't send messages to bots"), False),
    ],
)
async def test_a_no_that_cannot_change_ends_the_notice_and_frees_its_chat(
    error: ApiError, *, is_delivered: bool
) -> None:
    clock, outbox = SimulatedTime(), FakeOutbox()
    await outbox.put([a_notice(1, "bad"), a_notice(1, "good")])
    api = NotedApi(clock, lambda payload: error if payload["text"] == "bad" else None)
    await deliver(clock, outbox, api)
    assert (1 in outbox.delivered) is is_delivered
    assert (1 in outbox.given_up) is not is_delivered
    assert outbox.delivered[2] is not None
    assert len(api.calls) == 2


async def test_a_dead_telegram_is_waited_for_and_then_served_in_order() -> None:
    clock, outbox = SimulatedTime(), FakeOutbox()
    await outbox.put([a_notice(1, f"{n}") for n in range(5)])
    dead = Unavailable("Telegram", "ClientConnectorError")
    api = NotedApi(clock, lambda _payload: dead if clock.monotonic() < 1800 else None)
    await deliver(clock, outbox, api)
    assert [text for _, _, text in api.taken] == [f"{n}" for n in range(5)]
    assert len(api.calls) < 60


async def test_a_toast_that_cannot_be_delivered_in_time_is_given_up() -> None:
    clock, outbox = SimulatedTime(), FakeOutbox()
    await outbox.put([a_notice(1, "t", "answerCallbackQuery")])
    api = NotedApi(clock, lambda _payload: Unavailable("Telegram"))
    await deliver(clock, outbox, api)
    assert 1 in outbox.given_up
    assert clock.monotonic() <= 20


async def test_a_message_is_not_sent_again_while_its_mark_waits_for_the_database() -> None:
    clock, outbox = SimulatedTime(), FakeOutbox()
    await outbox.put([a_notice(1, "once")])
    api = NotedApi(clock)

    def judge(_payload: Mapping[str, object]) -> None:
        outbox.outages = 5

    api._judge = judge
    await deliver(clock, outbox, api)
    assert len(api.calls) == 1


async def test_a_message_marked_while_the_outbox_is_read_is_not_sent_twice() -> None:
    clock = SimulatedTime()

    class SlowOutbox(FakeOutbox):
        """Answers a reading with what lay there when it was asked."""

        async def waiting(self, limit: int, besides: InHand = NOTHING) -> list[QueuedNotice]:
            found = await super().waiting(limit, besides)
            for _ in range(8):
                await asyncio.sleep(0)
            return found

    outbox = SlowOutbox()
    await outbox.put([a_notice(chat, "x") for chat in range(1, 25)])
    api = NotedApi(clock)
    looks = itertools.count()
    await deliver(clock, outbox, api, lambda: outbox.is_drained and next(looks) > 20)
    assert len(api.calls) == 24


async def test_many_waiting_in_one_chat_do_not_hide_another() -> None:
    clock, outbox = SimulatedTime(), FakeOutbox()
    await outbox.put([a_notice(-1, f"{n}") for n in range(500)])
    await outbox.put([a_notice(2, "hello")])
    api = NotedApi(clock)
    await deliver(clock, outbox, api, lambda: any(chat == 2 for _, chat, _ in api.taken))
    assert clock.monotonic() < 120
