"""Counts requests by address and by person, and says who has to wait."""

from bot.ports.clock import Clock

_MOST_KNOWN = 20_000


class Rates:
    """Lets each key have so many requests a minute, a minute's worth of them at once.

    Only who is below their full measure is remembered, and of those not more than fit: then all
    begin anew, since a crowd of that size is no single one's doing.
    """

    def __init__(self, *, per_minute: int, clock: Clock) -> None:
        self._most = float(per_minute)
        self._per_second = per_minute / 60
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def wait_seconds(self, key: str) -> float:
        """Take one request of a key; gives 0, or the seconds after which to come again."""
        now = self._clock.monotonic()
        left, at = self._left.get(key, (self._most, now))
        left = min(self._most, left + (now - at) * self._per_second)
        if left < 1:
            return (1 - left) / self._per_second
        if len(self._left) >= _MOST_KNOWN:
            self._left.clear()
        self._left[key] = (left - 1, now)
        return 0.0
