"""Keeps Jupiter's limits: a bucket by plan, and the pauses that its answers ask for."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from bot.adapters.retry_after import LONGEST_SECONDS, read_retry_after
from bot.adapters.token_bucket import TokenBucket
from bot.adapters.venues.jupiter.settings import steady_rate
from bot.ports.clock import Clock

_RESET = "x-ratelimit-reset"
_OWN_PAUSE_SECONDS = 2.0
_MOST_DIGITS = 12


class Turns:
    """Hands out turns; a pause holds all of them back.

    `x-ratelimit-reset` is the unix second at which a place frees (Jupiter's docs, "rate limits");
    `Retry-After` counts where that is missing.
    """

    def __init__(
        self,
        per_second: float,
        *,
        burst: int,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        rate = steady_rate(per_second, burst)
        self._bucket = TokenBucket(per_second=rate, burst=burst, clock=clock)
        self._paused_until = clock.monotonic()

    async def take(self, *, longest_seconds: float) -> bool:
        """Wait for a turn; False where it would take longer than that, or a pause came between."""
        wait = max(self._bucket.wait_seconds(), self.pause_seconds())
        if wait > longest_seconds:
            return False
        wait = max(self._bucket.take(), self.pause_seconds())
        if wait > 0:
            await self._sleep(wait)
        # Another's answer may have asked for a pause while this one stood in line.
        return self.pause_seconds() <= 0

    def pause_seconds(self) -> float:
        """Give what is left of the pause that was asked for."""
        return max(0.0, self._paused_until - self._clock.monotonic())

    def obey(self, headers: Mapping[str, str]) -> None:
        """Pause as the answer 429 with these headers asks."""
        asked = self._until_reset(headers.get(_RESET))
        if asked is None:
            asked = read_retry_after(headers.get("Retry-After"), self._clock.now())
        wait = _OWN_PAUSE_SECONDS if asked is None else asked
        self._paused_until = max(self._paused_until, self._clock.monotonic() + wait)

    def _until_reset(self, text: str | None) -> float | None:
        stamp = (text or "").strip()
        if not stamp.isascii() or not stamp.isdigit() or len(stamp) > _MOST_DIGITS:
            return None
        wait = int(stamp) - self._clock.now().timestamp()
        return min(max(0.0, wait), LONGEST_SECONDS)
