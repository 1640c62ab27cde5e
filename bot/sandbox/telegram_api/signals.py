"""Waking everyone who waits for a change of the world."""

import asyncio


class Signal:
    """Wakes all waiters at once; whoever waits later needs the next notification."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def notify(self) -> None:
        """Wake everyone waiting now."""
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the next notification; False where the time ran out first."""
        event = self._event
        try:
            async with asyncio.timeout(timeout_s):
                return await event.wait()
        except TimeoutError:
            return False
