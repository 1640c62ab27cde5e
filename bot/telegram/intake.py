"""Brings notices from the outbox into memory: the urgent ones first, no more than there is room."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

import structlog

from bot.domain.errors import Unavailable
from bot.domain.notices import Priority, QueuedNotice
from bot.ports.mail import InHand, Outbox

# Few at a time, since reading them must not delay a message whose slot has come.
_READ = 200
_log = structlog.get_logger(__name__)

Line = tuple[int, Priority]


class Intake:
    """Holds a bounded part of the outbox, in order within each line (a chat and a priority).

    What was just committed is handed over, which spares reading it back. It is left to be read
    where something of its line or of its priority may still lie unread before it. With the hands
    full, only what is more urgent than all that lies unread is read.
    """

    def __init__(
        self,
        *,
        outbox: Outbox,
        accept: Callable[[QueuedNotice], None],
        poll_seconds: float,
        most_in_hand: int = 1_000,
        most_in_line: int = 40,
    ) -> None:
        self._outbox = outbox
        self._accept = accept
        self._poll_seconds = poll_seconds
        self._most_in_hand = most_in_hand
        self._most_in_line = most_in_line
        self._in_line: Counter[Line] = Counter()
        self._known: set[int] = set()
        self._finished: set[int] = set()
        self._handed_over: list[QueuedNotice] = []
        self._wake = asyncio.Event()
        self._is_reading = False
        self._is_announced = True  # something of any priority may lie unread
        self._unread_from: Priority | None = None  # from here on, the last reading was cut short
        self._full_lines: set[Line] = set()  # more of them lies unread

    def hand_over(self, queued: Sequence[QueuedNotice]) -> None:
        """Take what was just committed; with nothing, hear only that there is more to read."""
        if not queued:
            self._announce()
        elif self._is_reading:
            self._handed_over.extend(queued)
        else:
            self._take(queued)

    def knows(self, notice_id: int) -> bool:
        """Tell whether a notice was accepted, and is not forgotten yet."""
        return notice_id in self._known

    def finished(self, queued_id: int, line: Line) -> None:
        """Let a notice go that was accepted and is settled in the outbox."""
        self._finished.add(queued_id)
        self._in_line[line] -= 1
        if not self._in_line[line]:
            del self._in_line[line]
        if self._may_read_on(line):
            self._wake.set()

    def _may_read_on(self, line: Line) -> bool:
        if line in self._full_lines:
            return not self._is_line_full(line)
        return self._unread_from is not None and self._has_room

    async def run(self) -> None:
        """Read at each wake, and at least as often as asked for, until cancelled."""
        try:
            while True:
                self._wake.clear()
                await self._read()
                await self._rest()
        finally:
            self._is_announced = True

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._poll_seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    def _announce(self) -> None:
        self._is_announced = True
        self._wake.set()

    @property
    def _count(self) -> int:
        return len(self._known) - len(self._finished)

    @property
    def _has_room(self) -> bool:
        return 2 * self._count <= self._most_in_hand

    def _is_line_full(self, line: Line) -> bool:
        return 4 * self._in_line[line] > self._most_in_line

    async def _read(self) -> None:
        # Only what was finished before the query began can be forgotten after it: its answer
        # may still show a notice that was marked as sent while the query ran.
        forgettable = frozenset(self._finished)
        besides = self._in_hand()
        self._is_announced, self._is_reading = False, True
        try:
            waiting = await self._outbox.waiting(_READ, besides)
        except Unavailable as failure:
            _log.warning("outbox_not_read", what=failure.what)
            self._is_announced = True
        else:
            self._forget(forgettable)
            self._note_unread(waiting, besides, is_cut=len(waiting) >= _READ)
            for queued in waiting:
                self._take_one(queued)
        finally:
            self._is_reading = False
        handed_over, self._handed_over = self._handed_over, []
        self._take(handed_over)

    def _in_hand(self) -> InHand:
        return InHand(
            notice_ids=tuple(self._known),
            full_lines=tuple(line for line in self._full_lines if self._is_line_full(line)),
            before=None if self._has_room else self._unread_from,
        )

    def _forget(self, notice_ids: frozenset[int]) -> None:
        self._known -= notice_ids
        self._finished -= notice_ids

    def _note_unread(
        self, waiting: Sequence[QueuedNotice], besides: InHand, *, is_cut: bool
    ) -> None:
        self._full_lines = set(besides.full_lines)
        if is_cut:
            self._unread_from = waiting[-1].notice.priority
            if self._has_room:
                # What was read may all be of lines that are full: then there is more to find.
                self._wake.set()
        elif besides.before is None:
            self._unread_from = None

    def _take(self, queued: Sequence[QueuedNotice]) -> None:
        for one in queued:
            priority = one.notice.priority
            is_after_unread = self._unread_from is not None and priority >= self._unread_from
            if self._is_announced or is_after_unread:
                self._wake.set()
            elif priority > Priority.REPLY and self._count >= self._most_in_hand:
                self._unread_from = priority
            else:
                self._take_one(one)

    def _take_one(self, queued: QueuedNotice) -> None:
        line = (queued.notice.chat_id, queued.notice.priority)
        if queued.notice_id in self._known or line in self._full_lines:
            return
        if self._in_line[line] >= self._most_in_line and line[1] is not Priority.TOAST:
            self._full_lines.add(line)
            return
        self._known.add(queued.notice_id)
        self._in_line[line] += 1
        self._accept(queued)
