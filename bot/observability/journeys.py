"""Follows each update from its receipt to the answer that Telegram confirmed, stage by stage."""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from datetime import datetime
from time import perf_counter
from typing import Protocol, TypeVar

from bot.observability.instruments import (
    ALERT_SECONDS,
    COMMANDS,
    NOTICE_QUEUED,
    REFUSALS,
    STAGE_SECONDS,
    UPDATES,
)

ANSWERED, REFUSED, THROTTLED = "answered", "refused", "throttled"
FAILED, UNAVAILABLE = "failed", "unavailable"
_NOTHING_ASKED = "none"
_MOST_REMEMBERED = 50_000
T = TypeVar("T")

Stage = tuple[str, float, float]
"""Its name, and when it began and ended on the counter that never steps back."""
_stored, _waited, _decided, _booked, _handled, _queued, _confirmed, _whole = (
    STAGE_SECONDS.of[name]
    for name in (
        "stored",
        "waited",
        "decided",
        "booked",
        "handled",
        "queued",
        "confirmed",
        "whole",
    )
)


class Journey:
    """One update on its way; moments are of `perf_counter`, in seconds."""

    __slots__ = (
        "asked_at",
        "command",
        "door",
        "handled_at",
        "is_handled",
        "notices",
        "received_at",
        "refusals",
        "result",
        "stages",
        "update_id",
    )

    def __init__(self, update_id: int, received_at: float, handled_at: float) -> None:
        self.update_id = update_id
        self.received_at = received_at
        self.handled_at = handled_at
        self.asked_at = 0.0
        self.door = self.command = _NOTHING_ASKED
        self.result = ANSWERED
        self.refusals: tuple[str, ...] = ()  # by code
        self.stages: list[Stage] = []
        self.notices = 0  # that Telegram has not confirmed yet
        self.is_handled = False


class Arrivals(Protocol):
    """Whoever wants to know of a journey once it is over."""

    def arrived(self, journey: Journey) -> None:
        """Take a journey with all its stages; must neither block nor raise."""


_CURRENT: ContextVar[Journey | None] = ContextVar("journey", default=None)


def current() -> Journey | None:
    """Give the journey of the update that is being handled here, if one is."""
    return _CURRENT.get()


def note_command(door: str, command: str) -> None:
    """Say what the update asks for: a row of a table, so that there are not many."""
    journey = _CURRENT.get()
    if journey is not None:
        journey.door, journey.command = door, command


def note_result(result: str) -> None:
    """Say what became of it, where it was not answered."""
    journey = _CURRENT.get()
    if journey is not None:
        journey.result = result


def note_refusal(code: str) -> None:
    """Say that it was refused, and by which rule."""
    journey = _CURRENT.get()
    if journey is not None:
        journey.result = REFUSED
        journey.refusals += (code,)
        REFUSALS.note(journey.command, code)


def note_asked() -> None:
    """Say that all is decided, and the database is asked to keep it."""
    journey = _CURRENT.get()
    if journey is None:
        return
    now = perf_counter()
    if not journey.asked_at:
        _decided.note(now - journey.handled_at)
        journey.stages.append(("decided", journey.handled_at, now))
    journey.asked_at = now


def note_booked() -> None:
    """Say that the database has kept it."""
    journey = _CURRENT.get()
    if journey is not None:
        now = perf_counter()
        _booked.note(now - journey.asked_at)
        journey.stages.append(("booked", journey.asked_at, now))


def note_alert(seconds: float) -> None:
    """Note an alert that Telegram has taken, so long after the block that reached its level."""
    ALERT_SECONDS.note("alert", max(seconds, 0.0))


class Journeys:
    """The updates that are on their way; bounded, so that what gets lost is forgotten."""

    def __init__(self, *, now: Callable[[], datetime], arrivals: Arrivals | None = None) -> None:
        self._now = now
        self._arrivals = [] if arrivals is None else [arrivals]
        self._stored: dict[int, tuple[float, float]] = {}
        self._by_notice: dict[int, tuple[Journey, float]] = {}
        self._handled_elsewhere: dict[int, Journey] = {}

    def tell(self, arrivals: Arrivals) -> None:
        """Name somebody more who wants to know of journeys that are over; at wiring."""
        self._arrivals.append(arrivals)

    def stored(self, update_id: int, kind: str, began: float) -> None:
        """Note an update that was committed just now, and when it had come."""
        now, kept = perf_counter(), self._stored
        UPDATES.note(kind)
        _stored.note(now - began)
        kept[update_id] = (began, now)
        _trim(kept)

    def begin(self, update_id: int, received_at: datetime) -> Journey:
        """Follow an update that is now handled in this task, until `end`."""
        now = perf_counter()
        known = self._stored.pop(update_id, None)
        if known is None:  # stored by another process, or by this one before it was restarted
            age = max((self._now() - received_at).total_seconds(), 0.0)
            known = (now - age, now - age)
        received, stored = known
        journey = Journey(update_id, received, now)
        _waited.note(now - stored)
        if stored > received:
            journey.stages.append(("stored", received, stored))
        journey.stages.append(("waited", stored, now))
        _CURRENT.set(journey)
        return journey

    def end(self, journey: Journey) -> None:
        """Count an update that was dealt with."""
        now = perf_counter()
        _CURRENT.set(None)
        _handled.note(now - journey.handled_at)
        COMMANDS.note(journey.door, journey.command, journey.result)
        journey.stages.append(("handled", journey.handled_at, now))
        journey.is_handled = True
        if not journey.notices:
            self._arrive(journey)

    def queued(self, notice_ids: Iterable[int]) -> None:
        """Note answers that were committed just now, by the update that is handled here."""
        journey = _CURRENT.get()
        if journey is None:
            return
        now, kept = perf_counter(), self._by_notice
        for notice_id in notice_ids:
            journey.notices += 1
            kept[notice_id] = (journey, now)
        self._handled_elsewhere.pop(journey.update_id, None)
        _trim(kept)

    def read(self, notice_id: int, update_id: int, *, received_s: float, queued_s: float) -> None:
        """Note an answer that was read: its update was handled by another process, or long ago.

        Seconds since the update was received and the answer queued are all that is known of it. It
        is followed to the last of its answers that lies here, and is no journey that arrives.
        """
        if notice_id in self._by_notice:
            return
        now, elsewhere = perf_counter(), self._handled_elsewhere
        received_at = now - max(received_s, 0.0)
        journey = elsewhere.setdefault(update_id, Journey(update_id, received_at, received_at))
        journey.notices += 1
        self._by_notice[notice_id] = (journey, now - max(queued_s, 0.0))
        _trim(elsewhere)
        _trim(self._by_notice)

    def leaves(self, notice_id: int, priority: str, seconds: float) -> None:
        """Note that a notice leaves for the first time, so long after it was due."""
        NOTICE_QUEUED.note(priority, max(seconds, 0.0))
        known = self._by_notice.get(notice_id)
        if known is not None:
            journey, queued = known
            now = perf_counter()
            _queued.note(now - queued)
            journey.stages.append(("queued", queued, now))

    def confirmed(self, notice_id: int, began: float) -> None:
        """Note that Telegram has taken a notice, whose call began then."""
        now = perf_counter()
        _confirmed.note(now - began)
        known = self._by_notice.get(notice_id)
        if known is not None:
            known[0].stages.append(("confirmed", began, now))

    def settled(self, notice_id: int, *, is_sent: bool) -> None:
        """Let a notice go: it was delivered, or given up."""
        known = self._by_notice.pop(notice_id, None)
        if known is None:
            return
        journey = known[0]
        journey.notices -= 1
        if not journey.notices:
            self._handled_elsewhere.pop(journey.update_id, None)
        if is_sent and not journey.notices:
            _whole.note(journey.stages[-1][2] - journey.received_at)
        if journey.is_handled and not journey.notices:
            self._arrive(journey)

    def correlation_of(self, notice_id: int) -> str:
        """Give what the log's lines of its update bear, nothing where that is not known."""
        known = self._by_notice.get(notice_id)
        return "" if known is None else str(known[0].update_id)

    def _arrive(self, journey: Journey) -> None:
        for arrivals in self._arrivals:
            arrivals.arrived(journey)


def _trim(kept: dict[int, T]) -> None:
    while len(kept) > _MOST_REMEMBERED:
        del kept[next(iter(kept))]
