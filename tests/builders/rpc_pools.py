"""Builds RPC pools for tests: a seeded source of chance, short times, no limits to speak of."""

from collections.abc import Sequence
from random import Random

from yarl import URL

from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.rpc_settings import (
    OWN_MACHINE_LIMITS,
    EndpointConfig,
    RpcLimits,
    RpcSettings,
)
from tests.fakes.hand_clock import HandClock
from tests.fakes.rpc_node import RpcNode

QUICK = RpcSettings(request_timeout_seconds=0.2, hedges=False)


def seeded_chance() -> Random:
    """Give the same chance on every run."""
    return Random(7)  # noqa: S311 (jitter, not a secret)


def build_pool(
    nodes: Sequence[RpcNode],
    *,
    clock: HandClock | None = None,
    settings: RpcSettings = QUICK,
    limits: RpcLimits = OWN_MACHINE_LIMITS,
    path: str = "",
) -> RpcPool:
    """Build a pool on these nodes, in their order, with a clock that stands still."""
    clock = clock or HandClock()
    configs = [EndpointConfig(url=URL(node.url + path), limits=limits) for node in nodes]
    return RpcPool(
        configs, clock=clock, chance=seeded_chance(), settings=settings, sleep=clock.sleep
    )
