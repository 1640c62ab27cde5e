"""The only place that spawns tasks: a group that ends together and swallows nothing."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager


class Nursery:
    """Spawns tasks into one `asyncio.TaskGroup`; when one fails, all are cancelled."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended: set[str] = set()
        self._is_closing = False

    def spawn(self, work: Coroutine[object, object, None], name: str = "") -> None:
        """Run a coroutine beside the others until it ends or the nursery closes."""
        task = self._group.create_task(work, name=name or None)
        self._tasks.add(task)
        task.add_done_callback(self._note_end)

    def ended(self) -> frozenset[str]:
        """Give the names of the tasks that came to an end by themselves."""
        return frozenset(self._ended)

    def cancel_all(self) -> None:
        """Ask every task to stop."""
        self._is_closing = True
        for task in self._tasks:
            task.cancel()

    def _note_end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not self._is_closing:
            self._ended.add(task.get_name())


@asynccontextmanager
async def open_nursery() -> AsyncIterator[Nursery]:
    """Lend a nursery; on leaving, what still runs is cancelled and awaited."""
    async with asyncio.TaskGroup() as group:
        nursery = Nursery(group)
        try:
            yield nursery
        finally:
            nursery.cancel_all()
