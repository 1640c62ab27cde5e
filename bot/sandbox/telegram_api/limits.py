"""Telegram's flood limits: 30 a second in all, 1 a second in a chat, 20 a minute in a group.

The figures are those that python-telegram-bot and the Bot FAQ name; Telegram
publishes no exact rule, so short bursts into one chat are let through.
"""

import math
from dataclasses import dataclass

from bot.sandbox.telegram_api.clock import Clock
from bot.sandbox.telegram_api.errors import too_many_requests


@dataclass(slots=True, kw_only=True)
class _Bucket:
    capacity: float
    refill_per_s: float
    tokens: float
    filled_at: float

    def wait_s(self, now: float) -> float:
        gained = (now - self.filled_at) * self.refill_per_s
        self.tokens = min(self.capacity, self.tokens + gained)
        self.filled_at = now
        return max(0.0, (1 - self.tokens) / self.refill_per_s)


class FloodLimits:
    """Counts sent messages; holds only while the fault plan switches limits on."""

    OVERALL = (30.0, 30.0)
    PER_CHAT = (3.0, 1.0)
    PER_GROUP = (20.0, 20.0 / 60.0)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def admit(self, chat_id: int) -> None:
        """Count one message to a chat.

        Raises:
            BotApiError: 429 with the seconds to wait, and nothing is counted.
        """
        now = self._clock()
        per_chat = self.PER_GROUP if chat_id < 0 else self.PER_CHAT
        buckets = [
            self._bucket("all", self.OVERALL, now),
            self._bucket(str(chat_id), per_chat, now),
        ]
        wait_s = max(bucket.wait_s(now) for bucket in buckets)
        if wait_s > 0:
            raise too_many_requests(max(1, math.ceil(wait_s)))
        for bucket in buckets:
            bucket.tokens -= 1

    def _bucket(self, name: str, limit: tuple[float, float], now: float) -> _Bucket:
        capacity, refill_per_s = limit
        fresh = _Bucket(
            capacity=capacity, refill_per_s=refill_per_s, tokens=capacity, filled_at=now
        )
        return self._buckets.setdefault(name, fresh)
