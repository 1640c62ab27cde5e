"""Lets callers that wait for the same kind of statement share one transaction."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import asyncpg

from bot.domain.errors import Unavailable

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
    """A queue drained in whole batches by the callers themselves, `at_once` of them at a time.

    While a hand is free, the first who comes writes for all who come in the same turn of the loop:
    those who were woken together stay together. Whoever comes later waits for the next free hand,
    so the length of the queue is the size of the batch. Every caller waits until its own item is
    committed, which is the back pressure: there are never more items than callers.

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
        self._is_gathering = False

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
        if self._free and not self._is_gathering:
            self._is_gathering = True
            asyncio.get_running_loop().call_soon(self._begin)

    def _begin(self) -> None:
        self._is_gathering = False
        if self._free and self._waiting:
            self._free -= 1
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
        if self._waiting:
            self._gather()
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
        self._free += 1
        self._begin()
