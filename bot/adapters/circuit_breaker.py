"""A circuit breaker: stops asking what keeps failing, and lets one probe find out if it is well."""

from collections import deque
from dataclasses import dataclass
from random import Random

from bot.ports.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRules:
    """When a circuit opens, and how long it stays so before a probe."""

    consecutive_failures: int = 5
    window: int = 20
    failing_share: float = 0.5
    shortest_rest_seconds: float = 2.0
    longest_rest_seconds: float = 30.0


class CircuitBreaker:
    """Opens after 5 failures in a row or more than half of the last 20 outcomes.

    Open, it rests for 2 s, doubling with each failed probe up to 30 s and spread by a fifth
    either way, so that many bots do not knock at once. Then it is half open: `is_probe_due`,
    and the probe's outcome closes it or sends it back to rest.
    """

    def __init__(self, *, clock: Clock, chance: Random, rules: BreakerRules | None = None) -> None:
        self._clock = clock
        self._chance = chance
        self._rules = rules or BreakerRules()
        self._failed: deque[bool] = deque(maxlen=self._rules.window)
        self._consecutive = 0
        self._times_opened = 0
        self._rests_until: float | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether only a probe may pass."""
        return self._rests_until is not None

    @property
    def is_probe_due(self) -> bool:
        """Tell whether the rest is over and one probe may pass (the half-open state)."""
        return self._rests_until is not None and self._clock.monotonic() >= self._rests_until

    @property
    def state(self) -> str:
        """Give the state in a word: closed, open, or half-open (a probe may pass)."""
        if not self.is_open:
            return "closed"
        return "half-open" if self.is_probe_due else "open"

    @property
    def failing_share(self) -> float:
        """Give the share of the last 20 outcomes that were bad, 0 before the first."""
        return sum(self._failed) / len(self._failed) if self._failed else 0.0

    @property
    def rest_seconds(self) -> float:
        """Give the seconds until a probe may pass, 0 if it may now or the circuit is closed."""
        if self._rests_until is None:
            return 0.0
        return max(0.0, self._rests_until - self._clock.monotonic())

    def record_success(self) -> None:
        """Note a good outcome; it closes an open circuit."""
        self._consecutive = 0
        if self._rests_until is not None:
            self._rests_until = None
            self._times_opened = 0
            self._failed.clear()
        self._failed.append(False)

    def record_failure(self) -> None:
        """Note a bad outcome; it may open the circuit, or keep it open for longer."""
        if self._rests_until is not None and not self.is_probe_due:
            return  # a request sent before the circuit opened: it tells nothing new
        self._consecutive += 1
        self._failed.append(True)
        if self.is_open or self._is_too_much():
            self._open()

    def _is_too_much(self) -> bool:
        if self._consecutive >= self._rules.consecutive_failures:
            return True
        is_full = len(self._failed) == self._rules.window
        return is_full and sum(self._failed) > self._rules.window * self._rules.failing_share

    def _open(self) -> None:
        doublings = min(self._times_opened, 10)
        rest = self._rules.shortest_rest_seconds * 2**doublings
        rest = min(rest, self._rules.longest_rest_seconds) * self._chance.uniform(0.8, 1.2)
        rest = max(self._rules.shortest_rest_seconds, min(rest, self._rules.longest_rest_seconds))
        self._rests_until = self._clock.monotonic() + rest
        self._times_opened += 1
