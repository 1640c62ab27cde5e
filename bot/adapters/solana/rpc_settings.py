"""What the operator may set about RPC endpoints, and what is safe where nothing is set."""

import ipaddress
from dataclasses import dataclass, field

from yarl import URL


@dataclass(frozen=True, slots=True, kw_only=True)
class RpcLimits:
    """How fast one endpoint may be asked.

    The defaults keep within the public mainnet endpoint's limits (100 requests and 40 of one
    method per 10 s and address) over any 10 s: burst + 10 * rate.
    Source: Solana docs, "Clusters and public RPC endpoints".
    """

    requests_per_second: float = 9.0
    burst: int = 10
    method_requests_per_second: float = 3.6
    method_burst: int = 4


OWN_MACHINE_LIMITS = RpcLimits(
    requests_per_second=2_000.0,
    burst=500,
    method_requests_per_second=2_000.0,
    method_burst=500,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointConfig:
    """One endpoint: its URLs (may hold a key: never shown), weight and limits.

    An endpoint of weight 2 is preferred until it is twice as slow as one of weight 1.
    `stream_url` is that of its WebSocket; without one it is only polled.
    """

    url: URL = field(repr=False)
    limits: RpcLimits = RpcLimits()
    weight: float = 1.0
    stream_url: URL | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        """Give the host, all that may be shown of the URL."""
        return self.url.host or "?"

    @classmethod
    def from_url(cls, text: str, *, weight: float = 1.0) -> "EndpointConfig":
        """Read a URL; limits are the public ones unless the node is on this machine.

        Raises `ValueError`, which never repeats the URL, on anything but http(s) with a host.
        """
        url = _read_url(text.strip())
        if url is None or url.scheme not in {"http", "https"} or not url.host:
            raise ValueError("an RPC endpoint is an http:// or https:// URL with a host")
        limits = OWN_MACHINE_LIMITS if _is_own_machine(url.host) else RpcLimits()
        return cls(url=url, limits=limits, weight=weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPlace:
    """The WebSocket of an endpoint; its URL may hold a key."""

    name: str
    url: URL = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSettings:
    """How accounts are followed by WebSocket; times in seconds.

    A line that says nothing for `quiet_seconds` is dead; one that lasted `steady_seconds` was
    well before it failed. Changes are gathered for `gather_seconds`, which bounds how often
    they lead to reads.
    """

    most_accounts: int = 200
    lag_limit_slots: int = 15
    quiet_seconds: float = 10.0
    connect_seconds: float = 5.0
    steady_seconds: float = 30.0
    gather_seconds: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class RpcSettings:
    """How the pool of endpoints behaves; times in seconds, lag in slots."""

    request_timeout_seconds: float = 5.0
    lag_limit_slots: int = 15
    lag_window_seconds: float = 2.0
    watch_interval_seconds: float = 5.0
    largest_body_bytes: int = 64 * 1024 * 1024
    batches_at_once: int = 8
    stale_retry_seconds: float = 0.4
    hedges: bool = True
    stream: StreamSettings = StreamSettings()


def derived_stream_url(url: URL) -> URL:
    """Give where a node that answers HTTP at `url` has its WebSocket.

    A node named with its port has it one port higher; behind a provider's address both share
    one. Source: `makeWebsocketUrl` of solana-web3.js.
    """
    scheme = "wss" if url.scheme == "https" else "ws"
    port = None if url.explicit_port is None else url.explicit_port + 1
    return url.with_scheme(scheme).with_port(port)


def _read_url(text: str) -> URL | None:
    try:
        return URL(text)
    except (ValueError, TypeError):
        return None


def _is_own_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
