"""The only place that spawns tasks: a group that ends together and swallows nothing."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager


class Nursery:
    """Spawns tasks into one `asyncio.TaskGroup`; when one fails, all are cancelled."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[object, object, None], name: str = "") -> None:
        """Run a coroutine beside the others until it ends or the nursery closes."""
        task = self._group.create_task(work, name=name or None)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def cancel_all(self) -> None:
        """Ask every task to stop."""
        for task in self._tasks:
            task.cancel()


@asynccontextmanager
async def open_nursery() -> AsyncIterator[Nursery]:
    """Lend a nursery; on leaving, what still runs is cancelled and awaited."""
    async with asyncio.TaskGroup() as group:
        nursery = Nursery(group)
        try:
            yield nursery
        finally:
            nursery.cancel_all()
