"""Handles updates in order within each lane and many lanes at once, with a bound on both."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from bot.ports.mail import StoredUpdate

_REMEMBERED = 20_000


class Lanes:
    """Queues of updates, one per lane, drained by a fixed number of workers.

    A lane is worked on by one worker at a time and goes to the back of the line after each
    update, so that one busy person holds nobody up. `handle` must raise nothing.
    """

    def __init__(
        self,
        *,
        handle: Callable[[StoredUpdate], Awaitable[None]],
        workers: int = 64,
        most_waiting: int = 5000,
    ) -> None:
        self._handle = handle
        self._workers = workers
        self._most_waiting = most_waiting
        self._queues: dict[int, deque[StoredUpdate]] = {}
        self._ready: asyncio.Queue[int] = asyncio.Queue()
        self._known: set[int] = set()
        self._finished: deque[int] = deque()
        self._waiting = 0
        self._busy: set[int] = set()
        self._room = asyncio.Event()
        self._room.set()
        self._is_stopping = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Give how many updates are queued or being handled; once stopped, only the latter."""
        return len(self._busy) if self._is_stopping.is_set() else self._waiting

    def knows(self, update: StoredUpdate) -> bool:
        """Tell whether an update was queued before."""
        return update.update_id in self._known

    def waiting_in(self, lane: int) -> int:
        """Give how many updates of a lane are queued or being handled."""
        return len(self._queues.get(lane, ()))

    @property
    def in_hand(self) -> list[int]:
        """Give the numbers of the updates that are queued or being handled."""
        return [update.update_id for queue in self._queues.values() for update in queue]

    @property
    def busy(self) -> frozenset[int]:
        """Give the lanes of which an update is being handled."""
        return frozenset(self._busy)

    def drop(self, is_lost: Callable[[int], bool]) -> None:
        """Forget what is queued in lanes that are lost; what is being handled goes on."""
        for lane in [lane for lane in self._queues if is_lost(lane)]:
            queue = self._queues[lane]
            while len(queue) > (lane in self._busy):
                self._forget(queue.pop())

    async def feed(self, updates: Sequence[StoredUpdate]) -> None:
        """Queue updates that the lanes do not know yet; waits while too many are queued."""
        for update in updates:
            await self._room.wait()
            self._put(update)

    async def run(self) -> None:
        """Work until stopped; what is left stays unanswered in the inbox for the next start."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._workers):
                group.create_task(self._work())

    def stop(self) -> None:
        """Let each worker finish the update in its hands, and no more."""
        self._is_stopping.set()
        for _ in range(self._workers):
            self._ready.put_nowait(0)

    def _put(self, update: StoredUpdate) -> None:
        if update.update_id in self._known:
            return
        self._known.add(update.update_id)
        self._waiting += 1
        if self._waiting >= self._most_waiting:
            self._room.clear()
        queue = self._queues.get(update.lane)
        if queue is not None:
            queue.append(update)
            return
        self._queues[update.lane] = deque((update,))
        self._ready.put_nowait(update.lane)

    async def _work(self) -> None:
        while True:
            lane = await self._ready.get()
            if self._is_stopping.is_set():
                return
            queue = self._queues[lane]
            if queue:
                self._busy.add(lane)
                await self._handle(queue[0])
                self._busy.discard(lane)
                self._finish(queue.popleft())
            if queue:
                self._ready.put_nowait(lane)
            else:
                del self._queues[lane]

    def _forget(self, update: StoredUpdate) -> None:
        self._known.discard(update.update_id)
        self._make_room()

    def _make_room(self) -> None:
        self._waiting -= 1
        if self._waiting < self._most_waiting:
            self._room.set()

    def _finish(self, update: StoredUpdate) -> None:
        self._make_room()
        # Remembered for a while: a slow read of the inbox may still bring it once more.
        self._finished.append(update.update_id)
        if len(self._finished) > _REMEMBERED:
            self._known.discard(self._finished.popleft())
