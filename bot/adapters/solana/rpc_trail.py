"""What one call has tried so far, and what it may still try before its deadline."""

from collections import Counter

from bot.adapters.solana.rpc_outcome import Failure, FailureKind
from bot.ports.clock import Clock

_MOST_BROKEN_TRIES = 2  # the second for a connection that the far side had just closed
_BROKEN_RETRY_SECONDS = 0.1


class RpcTrail:
    """Counts the tries of one call by endpoint name; all times in seconds."""

    def __init__(
        self, *, clock: Clock, deadline_seconds: float, most_tries: int, stale_retry_seconds: float
    ) -> None:
        self._clock = clock
        self._ends_at = clock.monotonic() + deadline_seconds
        self._tries_left = most_tries
        self._stale_retry_seconds = stale_retry_seconds
        self._broken: Counter[str] = Counter()
        self._not_before: dict[str, float] = {}
        self._details: dict[str, str] = {}

    @property
    def is_over(self) -> bool:
        """Tell whether the time or the tries are used up."""
        return self._tries_left <= 0 or self.seconds_left() <= 0

    def seconds_left(self) -> float:
        """Give the time until the deadline."""
        return self._ends_at - self._clock.monotonic()

    def is_given_up(self, endpoint: str) -> bool:
        """Tell whether an endpoint has failed this call for good."""
        return self._broken[endpoint] >= _MOST_BROKEN_TRIES

    def broken_tries(self, endpoint: str) -> int:
        """Count the failed tries at one endpoint."""
        return self._broken[endpoint]

    def wait_seconds(self, endpoint: str) -> float:
        """Give the time until this call may ask an endpoint again."""
        return max(0.0, self._not_before.get(endpoint, 0.0) - self._clock.monotonic())

    def note(self, endpoint: str, failure: Failure) -> None:
        """Note a failed try."""
        self._tries_left -= 1
        self._details[endpoint] = failure.detail
        if failure.kind is FailureKind.BROKEN:
            self._broken[endpoint] += 1
            self._not_before[endpoint] = self._clock.monotonic() + _BROKEN_RETRY_SECONDS
        elif failure.kind is FailureKind.STALE:
            self._not_before[endpoint] = self._clock.monotonic() + self._stale_retry_seconds

    def story(self) -> str:
        """Tell what each endpoint answered, for the log: names and kinds only."""
        told = [f"{name}: {detail}" for name, detail in self._details.items()]
        return "; ".join(told) or "no endpoint is ready"
