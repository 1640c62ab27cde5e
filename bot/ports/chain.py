"""What the inside asks of Solana: find a token's pools, read them, and know the network's costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.domain.pools.reading import PoolKind, PoolReading
from bot.domain.safety import TokenFacts
from bot.domain.tokens import MintReading
from bot.ports.price_columns import PoolsRead

READ_WITHIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPlace:
    """Where a token trades: a pool's address and kind, and how it was found.

    `source` is "derived" or the name of the HTTP source, whose `kind` is None where it tells
    none that we know: the account itself tells. `mint` is the token meant, where it is known:
    a bonding curve's account does not name it. `opened_at` is when the source saw it first.
    """

    address: str
    kind: PoolKind | None
    source: str
    mint: str | None = None
    opened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFound:
    """A token looked up by its mint: what it is and where it trades, deepest pool first.

    `name` and `symbol` are the chain's raw texts, to be cleaned before anyone sees them.
    """

    mint: MintReading
    name: str
    symbol: str
    pools: tuple[PoolReading, ...]
    places: tuple[PoolPlace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkCosts:
    """What one swap costs beside the pool, in lamports.

    `rent_lamports` is what a new token account of a program locks (returned when closed),
    by token program address.
    """

    base_fee_lamports: int
    priority_fee_lamports: int
    rent_lamports: Mapping[str, int]

    @property
    def fee_lamports(self) -> int:
        """Give the network fee of one swap: signature plus priority."""
        return self.base_fee_lamports + self.priority_fee_lamports


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """How the WebSocket of an endpoint is doing: idle, connecting, live or resting.

    `accounts` are those it tells of now; `messages` and `failures` count since the start.
    """

    state: str
    accounts: int
    messages: int
    failures: int
    last_error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointState:
    """How one RPC endpoint is doing, named without its URL's secrets.

    `circuit` is closed, open or half-open; `failing_share` is that of its last 20 answers;
    `limiter_use` is how much of its limit is used up (above 1: calls wait), `limiter_waits` how
    many calls waited since the start, and `limiter_waited_seconds` how long together. Percentiles
    are None before enough was measured. `last_error` is in our own words.
    """

    name: str
    is_open: bool  # its circuit is open: not asked for now
    circuit: str
    latency_ms: float
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    slot: int
    lag_slots: int
    requests: int
    failures: int
    rate_limited: int
    stale: int
    failing_share: float
    limiter_use: float
    pause_seconds: float
    last_error: str
    stream: StreamState | None = None
    limiter_waits: int = 0
    limiter_waited_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How one HTTP source of prices or pools is doing; as `EndpointState`."""

    name: str
    circuit: str
    requests: int
    failures: int
    failing_share: float
    limiter_use: float
    pause_seconds: float
    last_error: str


@runtime_checkable
class WatchedSource(Protocol):
    """Something outside that can tell how it is doing."""

    def state(self) -> SourceState:
        """Give its present state."""


class Chain(Protocol):
    """Solana, through as many endpoints and sources as the operator configured."""

    async def find_token(self, mint: str) -> TokenFound | None:
        """Look a mint up; None if there is no such mint account.

        Raises `Unavailable` when no endpoint answers.
        """

    async def read_pools(
        self, places: Sequence[PoolPlace], *, deadline_seconds: float = READ_WITHIN_SECONDS
    ) -> Mapping[str, PoolReading]:
        """Read many pools, batched; pools that could not be read in time are left out.

        Raises `Unavailable` only when nothing at all could be read.
        """

    async def read_round(
        self, places: Sequence[PoolPlace], *, deadline_seconds: float = READ_WITHIN_SECONDS
    ) -> PoolsRead:
        """Read many pools as `read_pools` does, most of them in columns instead of readings.

        Raises `Unavailable` only when nothing at all could be read.
        """

    async def read_pool(self, place: PoolPlace) -> PoolReading:
        """Read one pool now, for a fill, with whatever its arithmetic needs (ticks, fees).

        Raises `Unavailable` or `UnreadableAccount`.
        """

    async def read_mints(self, mints: Sequence[str]) -> Mapping[str, MintReading]:
        """Read mints now, in one pass; those that are none are left out; raises `Unavailable`."""

    async def token_facts(self, mint: str, places: Sequence[PoolPlace]) -> TokenFacts | None:
        """Read what a token's safety is judged by, in two passes; the first place prices it.

        None if there is no such mint. Raises `Unavailable` when no endpoint answers.
        """

    async def network_costs(self) -> NetworkCosts:
        """Give today's fees and rents; cached for a short while; raises `Unavailable`."""

    def endpoints(self) -> Sequence[EndpointState]:
        """Give the present state of each endpoint."""

    async def read_time(self) -> None:
        """Read the chain's own time, from which slots are dated; raises `Unavailable`."""

    def time_of(self, slot: int) -> datetime | None:
        """Give when a slot was, within seconds; None where it is not known."""

    def lag_seconds(self) -> float:
        """Give how far the chain's time fell behind ours, whatever its nodes say of each other."""

    def best_slot(self) -> int:
        """Give the highest slot seen lately, 0 before the first answer."""
