"""Lets callers that wait for the same kind of statement share one transaction."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import asyncpg

from bot.domain.errors import Unavailable

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")


@dataclass(slots=True, kw_only=True, eq=False)
class _Asked(Generic[_Item, _Answer]):
    """One item with its caller, who is called when it was answered or is to write the next."""

    item: _Item
    called: asyncio.Future[None] | None = None
    answers: list[_Answer] = field(default_factory=list)
    error: Exception | None = None
    is_leader: bool = False

    @property
    def is_settled(self) -> bool:
        return bool(self.answers) or self.error is not None

    def fail(self, error: Exception) -> None:
        self.error = error
        self.call()

    def give(self, answer: _Answer) -> None:
        self.answers.append(answer)
        self.call()

    def call(self) -> None:
        if self.called is not None and not self.called.done():
            self.called.set_result(None)


class Batches(Generic[_Item, _Answer]):
    """A queue drained in whole batches by the callers themselves, `at_once` of them at a time.

    Whoever finds a free hand writes at once, alone if nobody waits: the length of the queue is
    the size of the batch. When it is done, the first of those who came meanwhile writes for all
    of them. Every caller waits until its own item is committed, which is the back pressure:
    there are never more items than callers.

    `write` gives an answer for each item, in order. Items with the same `key` never share a
    batch. A batch that the database refuses is written again one by one, so that the item at
    fault fails alone; an outage fails them all.
    """

    def __init__(
        self,
        write: Callable[[Sequence[_Item]], Awaitable[Sequence[_Answer]]],
        *,
        key: Callable[[_Item], Hashable] = id,
        at_once: int = 1,
        most: int = 100,
    ) -> None:
        self._write = write
        self._key = key
        self._free = at_once
        self._most = most
        self._waiting: deque[_Asked[_Item, _Answer]] = deque()

    async def ask(self, item: _Item) -> _Answer:
        """Give the answer for one item; raises `Unavailable`, or what the database said to it."""
        asked = _Asked[_Item, _Answer](item=item)
        self._waiting.append(asked)
        if self._free:
            self._free -= 1
            asked.is_leader = True
        while not asked.is_settled:
            if asked.is_leader:
                await self._lead(asked)
            else:
                await self._wait(asked)
        if asked.error is not None:
            raise asked.error
        return asked.answers[0]

    async def _wait(self, asked: _Asked[_Item, _Answer]) -> None:
        asked.called = asyncio.get_running_loop().create_future()
        try:
            await asked.called
        except asyncio.CancelledError:
            if asked in self._waiting:
                self._waiting.remove(asked)
            if asked.is_leader:
                self._pass_on()
            raise

    async def _lead(self, asked: _Asked[_Item, _Answer]) -> None:
        asked.is_leader = False
        batch = self._take()
        try:
            await self._settle(batch)
        finally:
            # The writer was cancelled: nobody knows whether it was committed.
            for one in batch:
                if not one.is_settled:
                    one.fail(Unavailable("database", "stopped while it was asked"))
            self._pass_on()

    def _take(self) -> list[_Asked[_Item, _Answer]]:
        taken: dict[Hashable, _Asked[_Item, _Answer]] = {}
        left: list[_Asked[_Item, _Answer]] = []
        while self._waiting and len(taken) < self._most:
            asked = self._waiting.popleft()
            if taken.setdefault(self._key(asked.item), asked) is not asked:
                left.append(asked)
        self._waiting.extendleft(reversed(left))
        return list(taken.values())

    async def _settle(self, batch: Sequence[_Asked[_Item, _Answer]]) -> None:
        try:
            answers = await self._write([asked.item for asked in batch])
        except Unavailable as outage:
            for asked in batch:
                asked.fail(outage)
        except asyncpg.PostgresError as refusal:
            if len(batch) == 1:
                batch[0].fail(refusal)
                return
            for asked in batch:
                await self._settle((asked,))
        else:
            for asked, answer in zip(batch, answers, strict=True):
                asked.give(answer)

    def _pass_on(self) -> None:
        if not self._waiting:
            self._free += 1
            return
        self._waiting[0].is_leader = True
        self._waiting[0].call()
