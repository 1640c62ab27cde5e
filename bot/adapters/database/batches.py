"""Lets callers that wait for the same kind of statement share one transaction."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import asyncpg

from bot.domain.errors import Unavailable

# With all callers in one batch, the database would wait for us while we decide, and we for it
# while it writes; in two halves of the lanes each works while the other does.
_MOST = 32
# About as long as a batch of a busy minute takes to be written.
_LINGER_SECONDS = 0.008

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")


@dataclass(slots=True, kw_only=True, eq=False)
class _Asked(Generic[_Item, _Answer]):
    """One item with its caller, who is called when it was answered or is to write the next."""

    item: _Item
    called: "asyncio.Future[None]"
    answers: Sequence[_Answer] = ()
    error: Exception | None = None
    is_leader: bool = False

    @property
    def is_settled(self) -> bool:
        return bool(self.answers) or self.error is not None

    def call(self) -> None:
        if not self.called.done():
            self.called.set_result(None)


class Batches(Generic[_Item, _Answer]):
    """A queue drained in whole batches by the callers themselves, one batch at a time.

    While nobody writes, the first who comes writes for all who come in the same turn of the loop:
    those who were woken together stay together. Whoever comes later waits for the next batch,
    so the length of the queue is its size. Every caller waits until its own item is committed,
    which is the back pressure: there are never more items than callers.

    A statement costs as much to start as several items cost to write. So after a batch of several
    the next one waits for company, a moment at most and only until it is full; who was alone
    before is not kept waiting.

    `write` gives an answer for each item, in order. Items with the same `key` never share a
    batch. A batch that the database refuses is written again one by one, so that the item at
    fault fails alone; an outage fails them all.
    """

    def __init__(
        self,
        write: Callable[[Sequence[_Item]], Awaitable[Sequence[_Answer]]],
        *,
        key: Callable[[_Item], Hashable] = id,
        most: int = _MOST,
        linger_seconds: float = _LINGER_SECONDS,
    ) -> None:
        self._write = write
        self._key = key
        self._most = most
        self._linger_seconds = linger_seconds
        self._is_writing = False
        self._had_company = False
        self._waiting: deque[_Asked[_Item, _Answer]] = deque()
        self._beginning: asyncio.Handle | None = None

    async def ask(self, item: _Item) -> _Answer:
        """Give the answer for one item; raises `Unavailable`, or what the database said to it."""
        loop = asyncio.get_running_loop()
        asked: _Asked[_Item, _Answer] = _Asked(item=item, called=loop.create_future())
        self._waiting.append(asked)
        self._gather()
        await self._called(asked)
        if asked.is_leader:
            await self._lead(asked)
        if asked.error is not None:
            raise asked.error
        return asked.answers[0]

    def _gather(self) -> None:
        if len(self._waiting) >= self._most:
            self._begin()
        elif self._waiting and not self._is_writing and self._beginning is None:
            loop = asyncio.get_running_loop()
            if self._had_company:
                self._beginning = loop.call_later(self._linger_seconds, self._begin)
            else:
                self._beginning = loop.call_soon(self._begin)

    def _begin(self) -> None:
        if self._beginning is not None:
            self._beginning.cancel()
            self._beginning = None
        if self._waiting and not self._is_writing:
            self._is_writing = True
            leader = self._waiting.popleft()
            leader.is_leader = True
            leader.call()

    async def _called(self, asked: _Asked[_Item, _Answer]) -> None:
        try:
            await asked.called
        except asyncio.CancelledError:
            if asked in self._waiting:
                self._waiting.remove(asked)
            if asked.is_leader:
                self._hand_back()
            raise

    async def _lead(self, asked: _Asked[_Item, _Answer]) -> None:
        batch = self._take(asked)
        try:
            await self._settle(batch)
        finally:
            # First of all, so that the next batch is under way while these callers go on.
            self._hand_back()
            for one in batch:
                if not one.is_settled:
                    # The writer was cancelled: nobody knows whether it was committed.
                    one.error = Unavailable("database", "stopped while it was asked")
                one.call()

    def _take(self, leader: _Asked[_Item, _Answer]) -> list[_Asked[_Item, _Answer]]:
        taken: dict[Hashable, _Asked[_Item, _Answer]] = {self._key(leader.item): leader}
        left: list[_Asked[_Item, _Answer]] = []
        while self._waiting and len(taken) < self._most:
            asked = self._waiting.popleft()
            if taken.setdefault(self._key(asked.item), asked) is not asked:
                left.append(asked)
        self._waiting.extendleft(reversed(left))
        self._had_company = len(taken) > 1
        return list(taken.values())

    async def _settle(self, batch: Sequence[_Asked[_Item, _Answer]]) -> None:
        try:
            answers = await self._write([asked.item for asked in batch])
        except Unavailable as outage:
            for asked in batch:
                asked.error = outage
        except asyncpg.PostgresError as refusal:
            if len(batch) == 1:
                batch[0].error = refusal
                return
            for asked in batch:
                await self._settle((asked,))
        else:
            for asked, answer in zip(batch, answers, strict=True):
                asked.answers = (answer,)

    def _hand_back(self) -> None:
        self._is_writing = False
        self._gather()
