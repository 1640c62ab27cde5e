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
    """One endpoint: its URL (may hold a key: never shown), weight and limits.

    An endpoint of weight 2 is preferred until it is twice as slow as one of weight 1.
    """

    url: URL = field(repr=False)
    limits: RpcLimits = RpcLimits()
    weight: float = 1.0

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
