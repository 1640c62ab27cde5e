"""A token bucket that hands out turns, so that a provider's rate limit is kept and never met."""

from bot.ports.clock import Clock


class TokenBucket:
    """Lets `burst` requests go at once and `per_second` after that.

    A turn may be taken ahead of time: `take` then says how long to wait before using it,
    so that callers queue in the order in which they asked. Over any stretch of `t` seconds
    at most `burst + per_second * t` turns come due.
    """

    def __init__(self, *, per_second: float, burst: int, clock: Clock) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._clock = clock
        self._tokens = float(burst)
        self._filled_at = clock.monotonic()

    def wait_seconds(self) -> float:
        """Tell how long a turn taken now would have to wait."""
        self._refill()
        return max(0.0, (1.0 - self._tokens) / self._per_second)

    def take(self) -> float:
        """Take one turn and give the seconds to wait before using it."""
        wait = self.wait_seconds()
        self._tokens -= 1.0
        return wait

    @property
    def use(self) -> float:
        """Give how much of the burst is used up: 0 idle, 1 all of it, above 1 a queue waits."""
        self._refill()
        return 1.0 - self._tokens / self._burst

    def _refill(self) -> None:
        now = self._clock.monotonic()
        gained = (now - self._filled_at) * self._per_second
        self._tokens = min(self._burst, self._tokens + gained)
        self._filled_at = now
