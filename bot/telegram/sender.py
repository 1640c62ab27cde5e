"""Drains the outbox into Telegram: the urgent first, in order per chat, within the limits."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from time import perf_counter

import structlog

from bot.domain.errors import Unavailable
from bot.domain.notices import Priority, QueuedNotice
from bot.observability.journeys import Journeys, note_alert
from bot.observability.sending import Sending
from bot.ports.clock import Clock
from bot.ports.mail import Outbox
from bot.telegram.bot_api import Api, ApiError
from bot.telegram.delivery import (
    Closed,
    Delivered,
    GivenUp,
    Moved,
    Outcome,
    TryAgain,
    outcome_of_error,
    outcome_of_result,
)
from bot.telegram.holds import Holds
from bot.telegram.intake import Intake
from bot.telegram.lateness import is_too_late, with_lateness
from bot.telegram.layout import STAMP
from bot.telegram.limits import FloodLimits
from bot.telegram.lines import Letter, Lines
from bot.telegram.private_news import LanguageOf, in_english
from bot.telegram.reachability import Reachability
from bot.telegram.sending_rights import SendingRights
from bot.telegram.shared_turns import SharedTurns

_MOST_TRIES, _MOST_TOAST_TRIES = 200, 4
_PAUSE_WITHOUT_DATABASE_SECONDS = 1.0
_SHORTEST_NAP_SECONDS = 0.0005
_log = structlog.get_logger(__name__)

Sleep = Callable[[float], Awaitable[None]]


class Sender:
    """Sends what lies in the outbox until it is cancelled.

    The most urgent notice whose chat may get one takes the next slot; each chat gets its notices
    of one priority in order, one at a time. A notice that must wait holds up its own chat only.
    Toasts (answers to presses) expire within seconds, so they wait for nothing. Delivery is at
    least once: an answer lost on the way back cannot be told from a request lost on the way
    there.
    """

    def __init__(
        self,
        *,
        outbox: Outbox,
        api: Api,
        clock: Clock,
        limits: FloodLimits,
        reachability: Reachability | None = None,
        figures: Sending | None = None,
        journeys: Journeys | None = None,
        language_of: LanguageOf = in_english,
        rights: SendingRights | None = None,
        turns: SharedTurns | None = None,
        poll_seconds: float = 1.0,
        at_once: int = 40,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._outbox = outbox
        self._api = api
        self._clock = clock
        self._limits = limits
        self._reachability = reachability or Reachability(outbox=outbox, clock=clock)
        self._figures = figures or Sending()
        self._journeys = journeys or Journeys(now=clock.now)
        self._language_of = language_of
        self._rights = rights
        self._turns = turns
        self._sleep = sleep
        self._holds = Holds(clock)
        self._lines = Lines(self._chat_moment)
        self._intake = Intake(outbox=outbox, accept=self._accept, poll_seconds=poll_seconds)
        self._at_once = at_once
        self._on_the_way = 0
        self._is_starting = False
        self._toast_chats: Counter[int] = Counter()
        self._toast_wires = asyncio.Semaphore(at_once)
        self._changed = asyncio.Event()
        self._group = asyncio.TaskGroup()
        self._moved: dict[int, int] = {}

    def hand_over(self, queued: Sequence[QueuedNotice]) -> None:
        """Take what was just committed to the outbox; with nothing, hear only that it has more."""
        self._journeys.queued(one.notice_id for one in queued)
        self._intake.hand_over(queued)

    def has(self, notice_id: int) -> bool:
        """Tell whether a notice is in hand here, or was until a moment ago."""
        return self._intake.knows(notice_id)

    def is_done_with(self, is_lost: Callable[[int], bool]) -> bool:
        """Let go of what waits for chats that are lost; tells whether nothing is on its way there.

        Whoever may send to them next reads it anew.
        """
        for letter in self._lines.drop(is_lost):
            self._let_go(letter)
        is_any_toast = any(map(is_lost, self._toast_chats))
        return not is_any_toast and not self._lines.is_any_busy(is_lost)

    async def run(self) -> None:
        """Drain the outbox, looking into it at each wake and at least every second."""
        await self._load_reachability()
        async with asyncio.TaskGroup() as self._group:
            self._group.create_task(self._intake.run())
            if self._turns is not None:
                self._group.create_task(self._turns.keep())
            while True:
                self._changed.clear()
                await self._nap(self._start_those_due())

    async def _load_reachability(self) -> None:
        while True:
            try:
                await self._reachability.load()
            except Unavailable as failure:
                _log.warning("closed_chats_not_read", what=failure.what)
                await self._sleep(_PAUSE_WITHOUT_DATABASE_SECONDS)
            else:
                return

    def _may_send(self, letter: Letter) -> bool:
        return self._rights is None or self._rights.may_send(letter.notice.chat_id)

    def _let_go(self, letter: Letter) -> None:
        self._intake.finished(letter.notice_id, (letter.notice.chat_id, letter.notice.priority))

    def _accept(self, queued: QueuedNotice) -> None:
        letter = Letter(
            notice_id=queued.notice_id,
            notice=queued.notice,
            due_at=queued.due_at or self._clock.now(),
            # Our clock and the database's may differ: only the database knows how long it waited.
            due_since=self._clock.monotonic() - queued.waited.total_seconds(),
        )
        self._follow(queued)
        if queued.notice.priority is Priority.TOAST:
            self._group.create_task(self._deliver_toast(letter))
            return
        self._lines.add(letter)
        self._changed.set()

    def _follow(self, queued: QueuedNotice) -> None:
        if queued.update_id is not None and queued.since_received is not None:
            self._journeys.read(
                queued.notice_id,
                queued.update_id,
                received_s=queued.since_received.total_seconds(),
                queued_s=queued.waited.total_seconds(),
            )

    def _chat_moment(self, chat_id: int, priority: Priority) -> float:
        if self._reachability.is_closed(chat_id):
            return float("-inf")
        moment = self._limits.chat_moment(chat_id, priority)
        return max(moment, self._holds.chat_until(chat_id))

    def _start_those_due(self) -> float | None:
        """Let leave what may; gives how long until the next may, None until something changes."""
        while True:
            now = self._clock.monotonic()
            letter = self._lines.first(now)
            if letter is None:
                moment = self._lines.next_moment
                return None if moment is None else moment - now
            if self._reachability.is_closed(letter.notice.chat_id):
                self._lines.take(letter)
                self._group.create_task(self._settle(letter, Closed(reason="chat is closed")))
                continue
            if not self._may_send(letter):
                self._lines.take(letter)
                self._lines.finish(letter)
                self._let_go(letter)
                continue
            if self._is_starting or self._on_the_way >= self._most_on_the_way:
                return None
            self._divide_limits()
            wait = max(self._limits.moment(letter.notice.priority), self._holds.all_until) - now
            if wait > 0:
                self._figures.waits += 1
                return wait
            self._start(letter)

    def _divide_limits(self) -> None:
        if self._turns is not None:
            self._limits.divide(self._turns.part())
        elif self._rights is not None:
            self._limits.divide(self._rights.senders())

    @property
    def _most_on_the_way(self) -> int:
        return 1 if self._holds.must_probe else self._at_once

    def _start(self, letter: Letter) -> None:
        self._lines.take(letter)
        self._on_the_way += 1
        self._is_starting = True
        self._group.create_task(self._deliver(letter))

    async def _nap(self, seconds: float | None) -> None:
        if seconds is None:
            await self._changed.wait()
            return
        alarm = self._group.create_task(self._ring_after(max(seconds, _SHORTEST_NAP_SECONDS)))
        try:
            await self._changed.wait()
        finally:
            alarm.cancel()

    async def _ring_after(self, seconds: float) -> None:
        await self._sleep(seconds)
        self._changed.set()

    async def _has_turn(self, letter: Letter) -> bool:
        """Ask for a turn among all senders; what gets none keeps its place, and others may go."""
        if self._turns is None:
            return True
        wait = await self._turns.claim(letter.notice.priority)
        if wait > 0:
            self._limits.hold(letter.notice.priority, wait)
        return wait <= 0

    async def _deliver(self, letter: Letter) -> None:
        if not await self._has_turn(letter):
            self._lines.put_back(letter)
            self._on_the_way -= 1
            self._is_starting = False
            self._changed.set()
            return
        # Counted here and not where it was decided: the loop may have been busy in between.
        self._limits.note(letter.notice.chat_id)
        self._is_starting = False
        self._changed.set()
        delivered_before = self._figures.sent
        try:
            outcome = await self._try(letter)
        finally:
            self._on_the_way -= 1
            self._changed.set()
        if isinstance(outcome, TryAgain):
            outcome = self._judged_again(letter, outcome, delivered_before)
        else:
            self._holds.answered()
        if isinstance(outcome, TryAgain | Moved):
            self._lines.put_back(letter)
        else:
            await self._settle(letter, outcome)

    def _judged_again(
        self, letter: Letter, outcome: TryAgain, delivered_before: int
    ) -> TryAgain | GivenUp:
        """Hold back the chat; give up what fails again and again while others are delivered."""
        _log.info(
            "notice_waits",
            notice_id=letter.notice_id,
            reason=outcome.reason,
            correlation=self._journeys.correlation_of(letter.notice_id),
        )
        self._figures.put_off(is_flood=outcome.is_flood)
        self._holds.refuse(letter.notice.chat_id, outcome.seconds, is_flood=outcome.is_flood)
        letter.tries += letter.sent_at_failure != delivered_before
        letter.sent_at_failure = delivered_before
        return GivenUp(reason="tried too often") if letter.tries >= _MOST_TRIES else outcome

    async def _settle(self, letter: Letter, outcome: Delivered | GivenUp | Closed) -> None:
        await self._mark(letter, outcome)
        self._lines.finish(letter)
        self._changed.set()

    async def _deliver_toast(self, letter: Letter) -> None:
        if not self._may_send(letter):
            self._let_go(letter)
            return
        self._toast_chats[letter.notice.chat_id] += 1
        try:
            await self._try_toast(letter)
        finally:
            self._toast_chats -= Counter((letter.notice.chat_id,))

    async def _try_toast(self, letter: Letter) -> None:
        outcome: Outcome = GivenUp(reason="too late")
        tries = 0 if is_too_late(self._waited(letter)) else _MOST_TOAST_TRIES
        for _ in range(tries):
            async with self._toast_wires:
                outcome = await self._try(letter)
            if not isinstance(outcome, TryAgain):
                break
            await self._sleep(outcome.seconds)
            outcome = GivenUp(reason="tried too often")
        if isinstance(outcome, TryAgain | Moved):
            outcome = GivenUp(reason="an answer to a press cannot move")
        await self._mark(letter, outcome)

    async def _try(self, letter: Letter) -> Outcome:
        letter.failures += 1
        notice, waited = letter.notice, self._waited(letter)
        if letter.failures == 1:
            priority, seconds = notice.priority.name.lower(), waited.total_seconds()
            self._journeys.leaves(letter.notice_id, priority, seconds)
        payload = with_lateness(notice, letter.due_at, waited, self._language_of)
        if notice.chat_id in self._moved:
            payload = {**payload, "chat_id": self._moved[notice.chat_id]}
        began = perf_counter()
        try:
            result = await self._api.call(notice.method, payload)
        except (ApiError, Unavailable) as error:
            outcome = outcome_of_error(error, letter.failures)
            if isinstance(outcome, Moved):
                self._moved[notice.chat_id] = outcome.chat_id
            return outcome
        self._note_confirmed(letter, began)
        return outcome_of_result(result)

    def _waited(self, letter: Letter) -> timedelta:
        return timedelta(seconds=self._clock.monotonic() - letter.due_since)

    def _note_confirmed(self, letter: Letter, began: float) -> None:
        self._journeys.confirmed(letter.notice_id, began)
        source = letter.notice.payload.get(STAMP)
        if isinstance(source, str):
            note_alert((self._clock.now() - datetime.fromisoformat(source)).total_seconds())

    async def _mark(self, letter: Letter, outcome: Delivered | GivenUp | Closed) -> None:
        while not await self._is_marked(letter, outcome):
            await self._sleep(_PAUSE_WITHOUT_DATABASE_SECONDS)
        is_sent = isinstance(outcome, Delivered)
        self._figures.settle(is_sent=is_sent)
        self._journeys.settled(letter.notice_id, is_sent=is_sent)
        self._let_go(letter)

    async def _is_marked(self, letter: Letter, outcome: Delivered | GivenUp | Closed) -> bool:
        now = self._clock.now()
        try:
            if isinstance(outcome, Delivered):
                await self._outbox.sent(letter.notice_id, message_id=outcome.message_id, at=now)
                return True
            _log.warning(
                "notice_given_up",
                notice_id=letter.notice_id,
                method=letter.notice.method,
                reason=outcome.reason,
                correlation=self._journeys.correlation_of(letter.notice_id),
            )
            await self._outbox.failed(letter.notice_id, reason=outcome.reason, at=now)
            if isinstance(outcome, Closed):
                await self._reachability.close(letter.notice.chat_id, outcome.reason)
        except Unavailable:
            return False
        return True
