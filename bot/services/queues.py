"""How the mail does: what waits and since when, and what became of what left."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.domain.notices import Priority
from bot.observability.metrics import Sample
from bot.observability.sending import Sending
from bot.ports.clock import Clock
from bot.ports.mail import Backlog, Outbox


class Queues:
    """Figures about the inbox and the outbox, never about one person."""

    def __init__(self, *, outbox: Outbox, sending: Sending, clock: Clock) -> None:
        self._outbox = outbox
        self._sending = sending
        self._clock = clock

    async def status(self) -> dict[str, object]:
        """Give the figures as plain JSON values; raises `Unavailable`.

        Needs no permission: it holds sums only.
        """
        inbox_waiting, outbox_waiting = await self._outbox.depths()
        backlog, now = await self._outbox.backlog(), self._clock.now()
        return {
            "inbox_waiting": inbox_waiting,
            "outbox_waiting": outbox_waiting,
            "outbox_oldest_s": round(max((_age(one, now) for one in backlog), default=0.0), 1),
            "outbox_by_priority": {one.priority.name.lower(): one.waiting for one in backlog},
            "sent": self._sending.sent,
            "failed": self._sending.failed,
            "flood_waits": self._sending.floods,
            "outages": self._sending.outages,
            "limiter_waits": self._sending.waits,
            "closed_chats": len(await self._outbox.closed_chats()),
        }

    async def samples(self) -> list[Sample]:
        """Give figures for a monitoring system; raises `Unavailable`.

        Needs no permission: it holds sums only.
        """
        inbox_waiting, outbox_waiting = await self._outbox.depths()
        backlog, now = await self._outbox.backlog(), self._clock.now()
        return [
            _waiting("inbox", inbox_waiting),
            _waiting("outbox", outbox_waiting),
            *_oldest(backlog, now),
            _counter("notices_sent", "Notices that Telegram took.", self._sending.sent),
            _counter("notices_failed", "Notices given up.", self._sending.failed),
            _counter("flood_waits", "Calls that Telegram answered with 429.", self._sending.floods),
            _counter("send_outages", "Calls without a clear answer.", self._sending.outages),
            _counter("limiter_waits", "Turns that the limits put off.", self._sending.waits),
        ]


def _age(backlog: Backlog, now: datetime) -> float:
    return max(0.0, (now - backlog.oldest_due_at).total_seconds())


def _waiting(queue: str, count: int) -> Sample:
    return Sample(
        name="kitrader_queue_waiting",
        kind="gauge",
        words="Updates or messages that wait.",
        value=count,
        labels={"queue": queue},
    )


def _oldest(backlog: Iterable[Backlog], now: datetime) -> Iterator[Sample]:
    """Give an age for each priority, 0 where nothing waits: a series that ends tells nothing."""
    ages = {one.priority: _age(one, now) for one in backlog}
    for priority in Priority:
        yield Sample(
            name="kitrader_outbox_oldest_seconds",
            kind="gauge",
            words="Since when the oldest notice of a priority is due.",
            value=ages.get(priority, 0.0),
            labels={"priority": priority.name.lower()},
        )


def _counter(name: str, words: str, count: int) -> Sample:
    return Sample(name=f"kitrader_{name}_total", kind="counter", words=words, value=count)
