"""Time that passes only when nothing else is left to do, for many tasks that sleep at once."""

import asyncio
import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_START = datetime(2026, 10, 6, 12, 0, tzinfo=UTC)
_TURNS_TO_SETTLE = 12


class SimulatedTime:
    """Implements the port `Clock`, with a `sleep` that keeps several sleepers apart."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> datetime:
        return _START + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return self._seconds

    async def sleep(self, seconds: float) -> None:
        self._count += 1
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._seconds + seconds, self._count, future))
        await future

    async def run_until(self, is_over: Callable[[], bool]) -> None:
        """Let the tasks work, and wake the next sleeper whenever all of them wait."""
        async with asyncio.timeout(20):
            while not is_over():
                for _ in range(_TURNS_TO_SETTLE):
                    await asyncio.sleep(0)
                if is_over():
                    return
                self._wake_next()
                if not self._sleepers:
                    await asyncio.sleep(0.001)

    def _wake_next(self) -> None:
        if not self._sleepers:
            return
        moment, _, future = heapq.heappop(self._sleepers)
        self._seconds = max(self._seconds, moment)
        if not future.done():
            future.set_result(None)
