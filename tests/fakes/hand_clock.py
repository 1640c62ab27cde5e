"""A clock that a test moves by hand, with a sleep that takes no time."""

import asyncio
from datetime import UTC, datetime, timedelta

_START = datetime(2026, 10, 6, 12, 0, tzinfo=UTC)


class HandClock:
    """Implements the port `Clock`; `sleep` moves it and notes how long was asked for."""

    def __init__(self) -> None:
        self._passed_seconds = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return _START + timedelta(seconds=self._passed_seconds)

    def monotonic(self) -> float:
        return 1000.0 + self._passed_seconds

    def advance(self, seconds: float) -> None:
        self._passed_seconds += seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)
        await asyncio.sleep(0)
