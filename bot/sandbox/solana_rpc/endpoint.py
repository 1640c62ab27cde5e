"""One RPC endpoint: a view on the chain with faults of its own."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic_ns

from bot.sandbox.solana_rpc.chain import Chain
from bot.sandbox.solana_rpc.faults import EndpointFaults

UNHEALTHY_LAG_SLOTS = 128
NANOSECONDS_PER_SECOND = 1_000_000_000


@dataclass(slots=True, kw_only=True)
class Endpoint:
    """A node over the shared chain, seen through its faults.

    Several endpoints may stand over one chain. `requests_served` counts HTTP requests,
    whatever was answered; `connections` are the WebSockets that are open.
    """

    name: str
    chain: Chain
    faults: EndpointFaults = field(default_factory=EndpointFaults)
    requests_served: int = 0
    connections: int = 0
    closing: bool = False
    clock_ns: Callable[[], int] = monotonic_ns
    _recent_ns: deque[int] = field(default_factory=deque)

    @property
    def tip(self) -> int:
        """The newest slot this node knows."""
        return self.chain.slot - self.faults.lag_slots

    def slot(self, commitment: str) -> int:
        """Give the newest slot this node knows at a commitment."""
        return self.tip - self.chain.depth_slots[commitment]

    @property
    def is_healthy(self) -> bool:
        """Whether the node would call itself healthy (DELINQUENT_VALIDATOR_SLOT_DISTANCE)."""
        return self.faults.lag_slots <= UNHEALTHY_LAG_SLOTS

    def admit(self) -> bool:
        """Count a request; tell whether the rate limit of the last second lets it in."""
        self.requests_served += 1
        limit = self.faults.rate_limit_per_second
        now = self.clock_ns()
        while self._recent_ns and now - self._recent_ns[0] >= NANOSECONDS_PER_SECOND:
            self._recent_ns.popleft()
        if limit and len(self._recent_ns) >= limit:
            return False
        self._recent_ns.append(now)
        return True
