"""Keeps the slots that endpoints answered with, and from them how far each lags behind."""

from dataclasses import dataclass

from bot.ports.clock import Clock

# A chain makes a few slots a second; an answer this far above all others is a fault of the
# answer, and believing it would make every good endpoint look as if it lagged.
_LARGEST_LEAP_SLOTS = 1_000_000
_MOST_SLOTS_A_SECOND = 5  # 200 ms a slot, the fastest that is planned (SIMD-0525)


@dataclass(slots=True)
class _Sighting:
    slot: int
    seen_at: float
    lag_slots: int


class SlotWatch:
    """Measures lag against the best slot seen.

    Endpoints are compared by what they showed within the last `window_seconds` only: one that
    was not asked for a minute is not a minute behind. A new answer is compared with all.
    """

    def __init__(self, *, clock: Clock, window_seconds: float) -> None:
        self._clock = clock
        self._window_seconds = window_seconds
        self._last: dict[str, _Sighting] = {}
        self._best = 0

    def is_believable(self, slot: int) -> bool:
        """Tell whether a slot can be true, given the best one seen."""
        return self._best == 0 or slot <= self._best + _LARGEST_LEAP_SLOTS

    def note(self, endpoint: str, slot: int) -> int:
        """Note an answer's slot and give how far that answer is behind the best."""
        now = self._clock.monotonic()
        known = self._last.get(endpoint)
        own_best = slot
        if known is not None and now - known.seen_at <= self._window_seconds:
            # Answers may overtake each other on the way; the node itself is where its best is.
            own_best = max(slot, known.slot)
        self._last[endpoint] = _Sighting(own_best, now, 0)
        self._best = max(self._best, slot)
        fresh = [seen for seen in self._last.values() if now - seen.seen_at <= self._window_seconds]
        best = max(seen.slot for seen in fresh)
        for seen in fresh:
            # What was seen a moment ago is behind by that moment's slots without lagging.
            passed = int((now - seen.seen_at) * _MOST_SLOTS_A_SECOND)
            seen.lag_slots = max(best - seen.slot - passed, 0)
        # A chain does not go back: an answer lags at least as far as it is behind any seen ever.
        return self._best - slot

    def best(self) -> int:
        """Give the highest slot ever seen, 0 before the first answer."""
        return self._best

    def slot(self, endpoint: str) -> int:
        """Give the last slot of one endpoint, 0 if it never answered."""
        seen = self._last.get(endpoint)
        return seen.slot if seen else 0

    def lag_slots(self, endpoint: str) -> int:
        """Give the lag of one endpoint when it was last compared."""
        seen = self._last.get(endpoint)
        return seen.lag_slots if seen else 0

    def age_seconds(self, endpoint: str) -> float:
        """Give the seconds since one endpoint last showed its slot; infinite if never."""
        seen = self._last.get(endpoint)
        return self._clock.monotonic() - seen.seen_at if seen else float("inf")
