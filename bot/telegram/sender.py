"""Drains the outbox into Telegram: in order per chat, chats side by side, within the limits."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.domain.errors import Unavailable
from bot.domain.notices import Priority, QueuedNotice
from bot.ports.clock import Clock
from bot.ports.mail import Outbox
from bot.telegram.bot_api import Api, ApiError
from bot.telegram.delivery import (
    Delivered,
    GivenUp,
    Outcome,
    TryAgain,
    outcome_of_error,
    outcome_of_result,
)
from bot.telegram.limits import FloodLimits

_BATCH = 200
_MOST_IN_HAND = 5_000
_MOST_ATTEMPTS, _MOST_TOAST_ATTEMPTS = 200, 4
_PAUSE_WITHOUT_DATABASE_SECONDS = 1.0
_log = structlog.get_logger(__name__)

Sleep = Callable[[float], Awaitable[None]]


class Sender:
    """Sends what lies in the outbox until it is cancelled.

    A notice that must wait holds up its own chat only. Toasts (answers to presses) expire
    within seconds, so they wait for nothing. Delivery is at least once: an answer lost on the
    way back cannot be told from a request lost on the way there.
    """

    def __init__(
        self,
        *,
        outbox: Outbox,
        api: Api,
        clock: Clock,
        limits: FloodLimits,
        poll_seconds: float = 1.0,
        at_once: int = 40,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._outbox = outbox
        self._api = api
        self._clock = clock
        self._limits = limits
        self._poll_seconds = poll_seconds
        self._sleep = sleep
        self._wires = asyncio.Semaphore(at_once)
        self._wake = asyncio.Event()
        self._chats: dict[int, deque[QueuedNotice]] = {}
        self._known: set[int] = set()
        self._finished: set[int] = set()
        self._group = asyncio.TaskGroup()
        self._handed_over: list[QueuedNotice] = []
        self._is_behind = True  # the outbox may hold what was not handed over
        self._is_reading = False

    def hand_over(self, queued: Sequence[QueuedNotice]) -> None:
        """Take what was just committed to the outbox; with nothing, hear only that it has more.

        Spares reading it back. It is read all the same where something before it still waits to
        be read, or where too much is in hand already.
        """
        if not queued or len(self._known) > _MOST_IN_HAND:
            self._is_behind = True
        if self._is_behind:
            self._wake.set()
            return
        self._handed_over.extend(queued)
        if not self._is_reading:
            self._assign_handed_over()

    async def run(self) -> None:
        """Drain the outbox, looking into it at each wake and at least every second."""
        async with asyncio.TaskGroup() as self._group:
            try:
                while True:
                    self._wake.clear()
                    await self._catch_up()
                    await self._rest()
            finally:
                self._is_behind = True

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._poll_seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _catch_up(self) -> None:
        # Only what was finished before the query began can be forgotten after it: its answer
        # may still show a notice that was marked as sent while the query ran.
        forgettable, self._finished = self._finished, set()
        # What is committed from here on is handed over, or says again that we are behind.
        self._is_behind, self._is_reading = False, True
        limit = len(self._known) + _BATCH
        try:
            waiting = await self._outbox.waiting(limit)
        except Unavailable as failure:
            _log.warning("outbox_not_read", what=failure.what)
            self._is_behind = True
            self._finished |= forgettable
        else:
            self._is_behind |= len(waiting) >= limit
            self._assign(waiting)
            self._known -= forgettable
        self._is_reading = False
        if self._is_behind:
            self._handed_over.clear()
        self._assign_handed_over()

    def _assign_handed_over(self) -> None:
        handed_over, self._handed_over = self._handed_over, []
        self._assign(handed_over)

    def _assign(self, waiting: Sequence[QueuedNotice]) -> None:
        for queued in waiting:
            if queued.notice_id not in self._known:
                self._known.add(queued.notice_id)
                self._line_up(queued)

    def _line_up(self, queued: QueuedNotice) -> None:
        if queued.notice.priority is Priority.TOAST:
            self._group.create_task(self._deliver(queued))
            return
        chat_id = queued.notice.chat_id
        line = self._chats.get(chat_id)
        if line is not None:
            line.append(queued)
            return
        self._chats[chat_id] = deque((queued,))
        self._group.create_task(self._drain(chat_id))

    async def _drain(self, chat_id: int) -> None:
        line = self._chats[chat_id]
        while line:
            await self._deliver(line[0])
            line.popleft()
        del self._chats[chat_id]

    async def _deliver(self, queued: QueuedNotice) -> None:
        is_toast = queued.notice.priority is Priority.TOAST
        most = _MOST_TOAST_ATTEMPTS if is_toast else _MOST_ATTEMPTS
        outcome: Outcome = GivenUp(reason="tried too often")
        for attempt in range(1, most + 1):
            if not is_toast:
                await self._wait_for_turn(queued.notice.chat_id)
            outcome = await self._try(queued, attempt)
            if not isinstance(outcome, TryAgain):
                break
            _log.info("notice_waits", notice_id=queued.notice_id, reason=outcome.reason)
            await self._sleep(outcome.seconds)
        await self._mark(queued, outcome)

    async def _wait_for_turn(self, chat_id: int) -> None:
        await self._pause(self._limits.chat_wait_seconds(chat_id))
        await self._pause(self._limits.overall_wait_seconds())
        self._limits.note(chat_id)

    async def _pause(self, seconds: float) -> None:
        if seconds > 0:
            await self._sleep(seconds)

    async def _try(self, queued: QueuedNotice, attempt: int) -> Outcome:
        notice = queued.notice
        async with self._wires:
            try:
                result = await self._api.call(notice.method, notice.payload)
            except (ApiError, Unavailable) as error:
                return outcome_of_error(error, attempt)
        return outcome_of_result(result)

    async def _mark(self, queued: QueuedNotice, outcome: Outcome) -> None:
        while not await self._is_marked(queued, outcome):
            await self._sleep(_PAUSE_WITHOUT_DATABASE_SECONDS)
        self._finished.add(queued.notice_id)

    async def _is_marked(self, queued: QueuedNotice, outcome: Outcome) -> bool:
        notice_id = queued.notice_id
        try:
            if isinstance(outcome, Delivered):
                await self._outbox.sent(
                    notice_id, message_id=outcome.message_id, at=self._clock.now()
                )
                return True
            _log.warning(
                "notice_given_up",
                notice_id=notice_id,
                method=queued.notice.method,
                reason=outcome.reason,
            )
            await self._outbox.failed(notice_id, reason=outcome.reason, retry_at=None)
        except Unavailable:
            return False
        return True
