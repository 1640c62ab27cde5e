"""The notices in hand: one line for each chat and priority, and which of them may leave next."""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.notices import Notice, Priority

ChatMoment = Callable[[int, Priority], float]


@dataclass(slots=True, kw_only=True, eq=False)
class Letter:
    """A notice in hand, due since a moment of the steady counter; people are told `due_at`.

    `tries` counts failures between which others were delivered, `failures` all in a row;
    `sent_at_failure` is how many had been delivered at the last one.
    """

    notice_id: int
    notice: Notice
    due_at: datetime
    due_since: float
    tries: int = 0
    failures: int = 0
    sent_at_failure: int = -1

    @property
    def rank(self) -> tuple[Priority, int]:
        """Give what decides who goes first: priority, then age."""
        return self.notice.priority, self.notice_id


@dataclass(slots=True, eq=False)
class _Chat:
    lines: dict[Priority, deque[Letter]] = field(default_factory=dict)
    is_busy: bool = False

    @property
    def first(self) -> Letter:
        return self.lines[min(self.lines)][0]


class Lines:
    """Gives the most urgent notice whose chat may get one; a chat gets one at a time.

    `chat_moment` tells when a chat may get a notice of a priority. Chats that may get one lie in
    one heap by rank, those that must rest in another by the moment; an entry that no longer
    speaks for its chat is dropped when it comes up.
    """

    def __init__(self, chat_moment: ChatMoment) -> None:
        self._chat_moment = chat_moment
        self._chats: dict[int, _Chat] = {}
        self._ready: list[tuple[Priority, int, int]] = []
        self._resting: list[tuple[float, int]] = []

    def add(self, letter: Letter) -> None:
        """Put a notice at the end of its line."""
        chat_id = letter.notice.chat_id
        chat = self._chats.setdefault(chat_id, _Chat())
        chat.lines.setdefault(letter.notice.priority, deque()).append(letter)
        if chat.first is letter:
            self._offer(chat_id)

    def first(self, now: float) -> Letter | None:
        """Give the notice that should leave next, if any chat may get one now."""
        while self._resting and self._resting[0][0] <= now:
            self._offer(heapq.heappop(self._resting)[1])
        while self._ready:
            priority, notice_id, chat_id = self._ready[0]
            chat = self._chats.get(chat_id)
            if chat is None or chat.is_busy or chat.first.rank != (priority, notice_id):
                heapq.heappop(self._ready)
                continue
            moment = self._chat_moment(chat_id, priority)
            if moment <= now:
                return chat.first
            heapq.heappop(self._ready)
            heapq.heappush(self._resting, (moment, chat_id))
        return None

    @property
    def next_moment(self) -> float | None:
        """Give when the next chat that rests may get something; ask after `first` gave nothing."""
        return self._resting[0][0] if self._resting else None

    def drop(self, is_lost: Callable[[int], bool]) -> list[Letter]:
        """Let go of all for chats that are lost, except where something is on its way to one."""
        lost = [
            chat_id
            for chat_id, chat in self._chats.items()
            if not chat.is_busy and is_lost(chat_id)
        ]
        chats = [self._chats.pop(chat_id) for chat_id in lost]
        return [letter for chat in chats for line in chat.lines.values() for letter in line]

    def is_any_busy(self, is_meant: Callable[[int], bool]) -> bool:
        """Tell whether something is on its way to one of the chats that are meant."""
        return any(chat.is_busy and is_meant(chat_id) for chat_id, chat in self._chats.items())

    def take(self, letter: Letter) -> None:
        """Let a notice leave; its chat gets nothing else until it is finished or put back."""
        self._chats[letter.notice.chat_id].is_busy = True

    def put_back(self, letter: Letter) -> None:
        """Have a notice tried again; it kept its place."""
        chat_id = letter.notice.chat_id
        self._chats[chat_id].is_busy = False
        self._offer(chat_id)

    def finish(self, letter: Letter) -> None:
        """Take a notice out of its line, of which it was the first."""
        chat_id, priority = letter.notice.chat_id, letter.notice.priority
        chat = self._chats[chat_id]
        chat.is_busy = False
        chat.lines[priority].popleft()
        if not chat.lines[priority]:
            del chat.lines[priority]
        self._offer(chat_id)

    def _offer(self, chat_id: int) -> None:
        chat = self._chats.get(chat_id)
        if chat is None or chat.is_busy:
            return
        if not chat.lines:
            del self._chats[chat_id]
            return
        heapq.heappush(self._ready, (*chat.first.rank, chat_id))
