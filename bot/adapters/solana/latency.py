"""How quickly an endpoint answers: a moving average to choose by, a percentile to hedge by."""

from collections import deque

_WEIGHT_OF_NEWEST = 0.2
_KEPT = 64
_FEWEST_FOR_PERCENTILE = 20


class Latency:
    """Keeps an exponentially weighted average and the last 64 times, in seconds."""

    def __init__(self) -> None:
        self._average: float | None = None
        self._recent: deque[float] = deque(maxlen=_KEPT)

    @property
    def is_known(self) -> bool:
        """Tell whether anything was measured yet."""
        return self._average is not None

    @property
    def average_seconds(self) -> float:
        """Give the average; 0 where nothing is known, so that a new endpoint gets its chance."""
        return self._average or 0.0

    def record(self, seconds: float) -> None:
        """Note how long one answer took."""
        if self._average is None:
            self._average = seconds
        else:
            self._average += _WEIGHT_OF_NEWEST * (seconds - self._average)
        self._recent.append(seconds)

    def median_seconds(self) -> float | None:
        """Give the median of the last times, None before the first."""
        return self._ranked(0.5) if self._recent else None

    def percentile_95_seconds(self) -> float | None:
        """Give the 95th percentile of the last times, None before 20 of them."""
        return self._ranked(0.95) if len(self._recent) >= _FEWEST_FOR_PERCENTILE else None

    def _ranked(self, share: float) -> float:
        return sorted(self._recent)[int(len(self._recent) * share)]
