"""Which notice goes first, how little an urgent one waits, and how much is held in memory."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from bot.domain.errors import Unavailable
from bot.domain.notices import Notice, Priority, QueuedNotice
from bot.observability.sending import Sending
from bot.ports.mail import NOTHING, InHand
from bot.telegram.bot_api import ApiError
from bot.telegram.limits import FloodLimits
from bot.telegram.reachability import Reachability
from bot.telegram.sender import Sender
from tests.fakes.mail_boxes import FakeOutbox
from tests.fakes.simulated_time import SimulatedTime

Judge = Callable[[Mapping[str, object]], Exception | None]


class Wire:
    """Answers after a tenth of a second and notes when each call began."""

    def __init__(self, clock: SimulatedTime, judge: Judge = lambda _payload: None) -> None:
        self._clock = clock
        self._judge = judge
        self.started: list[tuple[float, object]] = []
        self.payloads: list[Mapping[str, object]] = []
        self.taken: list[object] = []

    async def call(
        self, method: str, payload: Mapping[str, object], *, seconds: float = 20.0
    ) -> object:
        assert (method, seconds) == ("sendMessage", 20.0)
        self.started.append((self._clock.monotonic(), payload["text"]))
        self.payloads.append(payload)
        await self._clock.sleep(0.1)
        refusal = self._judge(payload)
        if refusal is not None:
            raise refusal
        self.taken.append(payload["text"])
        return {"message_id": len(self.taken)}


class CountedOutbox(FakeOutbox):
    """Notes how many notices each reading gave."""

    def __init__(self) -> None:
        super().__init__()
        self.most_held = 0

    async def waiting(self, limit: int, besides: InHand = NOTHING) -> list[QueuedNotice]:
        self.most_held = max(self.most_held, len(besides.notice_ids))
        return await super().waiting(limit, besides)


def of(chat_id: int, text: str, priority: Priority) -> Notice:
    payload: dict[str, object] = {"chat_id": chat_id, "text": text}
    return Notice(chat_id=chat_id, method="sendMessage", payload=payload, priority=priority)


@asynccontextmanager
async def sending(
    clock: SimulatedTime, outbox: FakeOutbox, wire: Wire, figures: Sending | None = None
) -> AsyncIterator[Sender]:
    sender = Sender(
        outbox=outbox,
        api=wire,
        clock=clock,
        limits=FloodLimits(clock=clock),
        figures=figures,
        poll_seconds=0.001,
        sleep=clock.sleep,
    )
    running = asyncio.get_running_loop().create_task(sender.run())
    try:
        yield sender
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def commit(outbox: FakeOutbox, notice: Notice) -> list[QueuedNotice]:
    await outbox.put([notice])
    return [QueuedNotice(notice_id=len(outbox.queued), notice=notice)]


async def test_the_urgent_go_first_whatever_came_first() -> None:
    clock, outbox = SimulatedTime(), FakeOutbox()
    urgency = [priority for priority in Priority if priority is not Priority.TOAST]
    for chat_id, priority in enumerate(reversed(urgency), start=1):
        await outbox.put([of(chat_id, priority.name, priority)])
    wire = Wire(clock)
    async with sending(clock, outbox, wire):
        await clock.run_until(lambda: outbox.is_drained)
    assert [text for _, text in wire.started] == [priority.name for priority in urgency]


async def test_a_chat_gets_its_fills_before_its_reports_and_each_in_order() -> None:
    clock, outbox = SimulatedTime(), FakeOutbox()
    for number in range(3):
        await outbox.put([of(1, f"report {number}", Priority.REPORT)])
    for number in range(3):
        await outbox.put([of(1, f"fill {number}", Priority.FILL)])
    wire = Wire(clock)
    async with sending(clock, outbox, wire):
        await clock.run_until(lambda: outbox.is_drained)
    texts = [text for _, text in wire.started]
    assert [text.partition("\n")[0] for text in map(str, texts)] == [
        *(f"fill {number}" for number in range(3)),
        *(f"report {number}" for number in range(3)),
    ]


async def test_a_fill_behind_a_broadcast_waits_one_slot_at_most() -> None:
    clock, outbox = SimulatedTime(), FakeOutbox()
    await outbox.put([of(chat, "all", Priority.BROADCAST) for chat in range(1, 1200)])
    wire, waits = Wire(clock), []
    async with sending(clock, outbox, wire) as sender:
        for number in range(20):
            until = 5 + number * 0.777
            await clock.run_until(lambda until=until: clock.monotonic() >= until)
            queued_at = clock.monotonic()
            text = f"fill {number}"
            sender.hand_over(await commit(outbox, of(9000 + number, text, Priority.FILL)))
            await clock.run_until(lambda text=text: wire.started[-1][1] == text)
            waits.append(wire.started[-1][0] - queued_at)
    assert max(waits) <= 1 / 29.5 + 0.001


async def test_a_broadcast_uses_what_is_allowed_and_never_more() -> None:
    clock, outbox = SimulatedTime(), FakeOutbox()
    await outbox.put([of(chat, "all", Priority.BROADCAST) for chat in range(1, 1200)])
    wire = Wire(clock)
    async with sending(clock, outbox, wire):
        await clock.run_until(lambda: outbox.is_drained)
    moments = [moment for moment, _ in wire.started]
    windows = Counter[float]()
    for first, last in zip(moments, moments[30:], strict=False):
        windows[round(last - first, 3)] += 1
    assert min(windows) >= 1.012
    assert (len(moments) - 1) / (moments[-1] - moments[0]) >= 0.98 * 30


async def test_a_backlog_of_a_hundred_thousand_lies_in_the_database() -> None:
    clock, outbox = SimulatedTime(), CountedOutbox()
    await outbox.put([of(chat, "all", Priority.BROADCAST) for chat in range(1, 100_001)])
    wire = Wire(clock)
    async with sending(clock, outbox, wire) as sender:
        await clock.run_until(lambda: len(wire.started) > 20)
        sender.hand_over(await commit(outbox, of(-5, "fill", Priority.FILL)))
        await outbox.put([of(-6, "unannounced", Priority.SAFETY)])
        await clock.run_until(lambda: len(wire.started) > 60)
    assert {"fill", "unannounced"} <= {text for _, text in wire.started}
    assert outbox.most_held <= 2500


async def test_who_blocked_the_bot_is_marked_and_spared_until_they_write() -> None:
    clock, outbox, figures = SimulatedTime(), FakeOutbox(), Sending()
    blocked = ApiError(403, "Forbidden: bot was blocked by the user")
    wire = Wire(clock, lambda payload: blocked if payload["chat_id"] == 1 else None)
    await outbox.put([of(1, f"{number}", Priority.ALERT) for number in range(5)])
    async with sending(clock, outbox, wire, figures) as sender:
        await clock.run_until(lambda: outbox.is_drained)
        sender.hand_over(await commit(outbox, of(1, "later", Priority.BROADCAST)))
        await clock.run_until(lambda: outbox.is_drained)
    assert (len(wire.started), figures.failed) == (1, 6)
    assert outbox.closed == {1: "403 Forbidden: bot was blocked by the user"}
    reachability = Reachability(outbox=outbox, clock=clock)
    await reachability.load()
    assert reachability.is_closed(1)
    await reachability.heard_from([1, 2])
    assert not reachability.is_closed(1)
    assert outbox.closed == {}


async def test_a_group_that_became_a_supergroup_is_written_to_there() -> None:
    clock, outbox = SimulatedTime(), FakeOutbox()
    moved = ApiError(400, "group chat was upgraded to a supergroup chat", migrated_to=-1007)
    wire = Wire(clock, lambda payload: moved if payload["chat_id"] == -7 else None)
    await outbox.put([of(-7, f"{number}", Priority.ALERT) for number in range(3)])
    async with sending(clock, outbox, wire):
        await clock.run_until(lambda: outbox.is_drained)
    assert wire.taken == ["0", "1", "2"]
    assert len(wire.started) == 4


async def test_an_hour_without_telegram_is_probed_gently_and_then_served_in_order() -> None:
    clock, outbox = SimulatedTime(), FakeOutbox()
    dead = Unavailable("Telegram", "ClientConnectorError")
    wire = Wire(clock, lambda _payload: dead if clock.monotonic() < 3600 else None)
    await outbox.put(
        [of(chat, f"{chat} {n}", Priority.ALERT) for n in range(2) for chat in range(1, 101)]
    )
    async with sending(clock, outbox, wire):
        await clock.run_until(lambda: outbox.is_drained)
    tried = [moment for moment, _ in wire.started if moment < 3600]
    assert len(tried) < 200
    words = [str(text).partition("\n\n") for text in wire.taken]
    for chat in range(1, 101):
        of_chat = [first for first, _, _ in words if first.split()[0] == f"{chat}"]
        assert of_chat == [f"{chat} 0", f"{chat} 1"]
    assert words[0][2] == "⏳ Sent 1 h 0 min late: this is from 12:00 UTC."
    served = [moment for moment, _ in wire.started if moment >= 3600]
    assert min(later - first for first, later in zip(served, served[30:], strict=False)) >= 1.012


async def test_a_flood_wait_that_meets_everybody_silences_everybody() -> None:
    clock, outbox = SimulatedTime(), FakeOutbox()
    flood = ApiError(429, "Too Many Requests: retry after 20", 20.0)
    wire = Wire(clock, lambda _payload: flood if clock.monotonic() < 30 else None)
    await outbox.put([of(chat, f"{chat}", Priority.BROADCAST) for chat in range(1, 200)])
    async with sending(clock, outbox, wire):
        await clock.run_until(lambda: outbox.is_drained)
    silence = [moment for moment, _ in wire.started if 1 < moment < 20]
    assert silence == []
    assert len(wire.taken) == 199
