"""Turns at Telegram's limit for one sender of several: shared, or its own part of them."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from bot.domain.errors import Unavailable
from bot.domain.notices import Priority
from bot.ports.clock import Clock
from bot.ports.shared_pace import SharedPace

_HERE_SECONDS = 0.15


class SharedTurns:
    """Asks for each turn where all senders ask, as long as that answers.

    Going over to one's own part, or back, is where two senders could send too much together. So
    nothing is sent before a whole `window_seconds` lies between the two: while a sender goes over
    to its part, besides, until it counts no more among those that share (`present_seconds`).
    """

    def __init__(
        self,
        *,
        pace: SharedPace,
        clock: Clock,
        senders: Callable[[], int],
        window_seconds: float,
        present_seconds: float,
    ) -> None:
        self._pace = pace
        self._clock = clock
        self._senders = senders
        self._window_seconds = window_seconds
        self._gone_seconds = present_seconds + window_seconds
        self._alone_from = float("-inf")
        self._shared_from = float("-inf")
        self._is_shared = False
        self._losses = pace.losses

    def part(self) -> int:
        """Give among how many the limit is to be divided in memory: 1 while it is shared."""
        return 1 if self._is_shared else self._senders()

    async def claim(self, priority: Priority) -> float:
        """Take a turn now, or take none and tell how many seconds to wait; 0 where it was taken."""
        if self._pace.is_up:
            now = self._clock.monotonic()
            self._note_losses(now)
            if not self._is_shared and now < self._shared_from:
                return self._shared_from - now
            with suppress(Unavailable):
                wait = await self._pace.turn(priority, self._senders())
                self._note_shared()
                return wait
        return self._alone()

    async def keep(self) -> None:
        """Be counted among those that share while nothing is to be sent; run for ever."""
        while True:
            if self._pace.is_up:
                self._note_losses(self._clock.monotonic())
            if self._is_shared and self._pace.is_up:
                with suppress(Unavailable):
                    await self._pace.here()
                    self._note_shared()
            await asyncio.sleep(_HERE_SECONDS)

    def _note_losses(self, now: float) -> None:
        if self._losses == self._pace.losses:
            return
        # Others that were lost as well may keep to their parts yet, and what they asked last may
        # count them among those that share: it was carried out when the other end woke.
        self._losses = self._pace.losses
        self._is_shared = False
        self._shared_from = max(self._shared_from, now + self._window_seconds)

    def _note_shared(self) -> None:
        self._is_shared = True
        self._alone_from = self._clock.monotonic() + self._gone_seconds

    def _alone(self) -> float:
        self._is_shared = False
        now = self._clock.monotonic()
        if now < self._alone_from:
            return self._alone_from - now
        self._shared_from = now + self._window_seconds
        return 0.0
