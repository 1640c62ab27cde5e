"""Jupiter's limits: so many requests in a minute by the key's plan, and `/execute` by itself."""

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

MINUTE_SECONDS = 60
KEYLESS = ""
PER_MINUTE = {
    KEYLESS: 30,
    "sandbox-free": 60,
    "sandbox-developer": 600,
    "sandbox-launch": 3_000,
    "sandbox-pro": 9_000,
}
"""Requests in 60 s by API key; the keys are the sandbox's own. Facts: Jupiter's docs, Aug 2026."""
EXECUTE_PER_MINUTE = {
    KEYLESS: 1_200,
    "sandbox-free": 1_200,
    "sandbox-developer": 1_200,
    "sandbox-launch": 3_000,
    "sandbox-pro": 6_000,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Whether a request is let in, and what its headers say."""

    is_let_in: bool
    remaining: int
    current: int
    reset_unix_s: int

    def headers(self) -> dict[str, str]:
        """Give the headers of the limit, as on 200 so on 429."""
        return {
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-current": str(self.current),
            "x-ratelimit-reset": str(self.reset_unix_s),
        }


@dataclass(slots=True, kw_only=True)
class RateLimits:
    """Counts the requests of the last minute, for each key and kind of path."""

    unix_s: Callable[[], float] = lambda: time.time_ns() / 1e9
    _recent: defaultdict[tuple[str, bool], deque[float]] = field(
        default_factory=lambda: defaultdict(deque)
    )

    def admit(self, key: str, *, is_execute: bool, is_storm: bool = False) -> Admission | None:
        """Count a request; None for a key that nobody has."""
        most = (EXECUTE_PER_MINUTE if is_execute else PER_MINUTE).get(key)
        if most is None:
            return None
        now, recent = self.unix_s(), self._recent[key, is_execute]
        while recent and now - recent[0] >= MINUTE_SECONDS:
            recent.popleft()
        is_let_in = not is_storm and len(recent) < most
        reset = now + 1 if is_storm or not recent else recent[0] + MINUTE_SECONDS
        if is_let_in:
            recent.append(now)
        return Admission(
            is_let_in=is_let_in,
            remaining=0 if is_storm else most - len(recent),
            current=len(recent),
            reset_unix_s=math.ceil(reset),
        )
