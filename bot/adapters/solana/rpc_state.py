"""Tells how an endpoint is doing, for the operator's eyes."""

from bot.adapters.solana.rpc_endpoint import RpcEndpoint
from bot.adapters.solana.slot_watch import SlotWatch
from bot.ports.chain import EndpointState, StreamState


def state_of(endpoint: RpcEndpoint, watch: SlotWatch, stream: StreamState | None) -> EndpointState:
    """Give the present state of an endpoint; nothing in it comes from its URL but the host."""
    return EndpointState(
        name=endpoint.name,
        is_open=endpoint.breaker.is_open,
        circuit=endpoint.breaker.state,
        latency_ms=endpoint.latency.average_seconds * 1000,
        latency_p50_ms=_ms(endpoint.latency.median_seconds()),
        latency_p95_ms=_ms(endpoint.latency.percentile_95_seconds()),
        slot=watch.slot(endpoint.name),
        lag_slots=watch.lag_slots(endpoint.name),
        requests=endpoint.requests,
        failures=endpoint.failures,
        rate_limited=endpoint.rate_limited,
        stale=endpoint.stale,
        failing_share=endpoint.breaker.failing_share,
        limiter_use=endpoint.limiter_use(),
        pause_seconds=endpoint.pause_seconds(),
        last_error=endpoint.last_error,
        stream=stream,
        limiter_waits=endpoint.limiter_waits,
        limiter_waited_seconds=endpoint.limiter_waited_seconds,
    )


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000
