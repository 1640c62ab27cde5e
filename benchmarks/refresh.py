"""Measures how many tokens a second are refreshed over RPC: ours, the bare parts, the usual way.

Run from the root of the project: python -m benchmarks.refresh [--pools N] [--json] [--long]
"""

import argparse
import platform
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version
from random import Random
from typing import cast

import aiohttp
import httpx
import orjson
import uvloop

from benchmarks import refresh_peers
from benchmarks.loopback_rpc import loopback_rpc
from benchmarks.made_up_pools import MadeUpPools, make_pools
from bot.adapters.clock import SystemClock
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.rpc_settings import EndpointConfig, RpcLimits
from bot.adapters.solana.solana_chain import SolanaChain
from bot.domain.pools.reading import PoolReading

_UNLIMITED = RpcLimits(
    requests_per_second=1e6, burst=10**6, method_requests_per_second=1e6, method_burst=10**6
)
_PRECISION, _BARE_PRECISION = 1e-6, 1e-4  # the peers leave out fees that vaults keep for others
_UNMOVED = "ours, nothing moved"
_PACKAGES = ("aiohttp", "httpx", "orjson", "uvloop")
Refresh = Callable[[], Awaitable[Mapping[str, object]]]


def main() -> None:
    """Read the arguments, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pools", type=int, default=3_000)
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    parser.add_argument("--long", action="store_true", help="five times as many runs")
    asked = parser.parse_args()
    made = make_pools(asked.pools)
    with loopback_rpc(made.before, made.after) as port:
        times = uvloop.run(_measure(port, made, runs=75 if asked.long else 15))
    _print_table(asked.pools, times)
    if asked.json:
        print(orjson.dumps(_summary(asked.pools, times)).decode())


async def _measure(port: int, made: MadeUpPools, runs: int) -> dict[str, list[float]]:
    connector = aiohttp.TCPConnector(limit_per_host=16)
    async with (
        _pool(f"http://127.0.0.1:{port}/") as rpc,
        aiohttp.ClientSession(connector=connector) as session,
        httpx.AsyncClient(timeout=60) as client,
    ):
        chain = SolanaChain(rpc, [], SystemClock())
        keys = made.groups
        variants: dict[str, Refresh] = {
            "limit": lambda: refresh_peers.limit(port, keys),
            "bare aiohttp": lambda: refresh_peers.bare_aiohttp(session, port, keys),
            "ours, accounts only": lambda: _accounts_only(rpc, made),
            "ours": lambda: chain.read_pools(made.places),
            _UNMOVED: lambda: chain.read_pools(made.places),
            "plain": lambda: refresh_peers.plain(client, port, keys),
        }
        return await _time(variants, made, runs, lambda: rpc.call("move", ()))


def _pool(url: str) -> RpcPool:
    endpoint = EndpointConfig(url=EndpointConfig.from_url(url).url, limits=_UNLIMITED)
    chance = Random(7)  # noqa: S311 (jitter)
    return RpcPool([endpoint, endpoint], clock=SystemClock(), chance=chance)


async def _accounts_only(rpc: RpcPool, made: MadeUpPools) -> Mapping[str, object]:
    answers = await rpc.read_groups(made.groups)
    assert all(answer is not None for answer in answers)
    return {}


async def _time(
    variants: Mapping[str, Refresh],
    made: MadeUpPools,
    runs: int,
    move: Callable[[], Awaitable[object]],
) -> dict[str, list[float]]:
    # Variants take turns, so that a noisy minute is shared by all. Every pool moves before
    # each refresh, but for the one that measures what is saved where nothing did.
    times: dict[str, list[float]] = {name: [] for name in variants}
    for name, refresh in variants.items():
        _check(name, await refresh(), made)
    for _ in range(runs):
        for name, refresh in variants.items():
            if name != _UNMOVED:
                await move()
            started = time.perf_counter()
            found = await refresh()
            times[name].append(time.perf_counter() - started)
            _check(name, found, made)
    return times


def _check(name: str, found: Mapping[str, object], made: MadeUpPools) -> None:
    for address, truths in made.prices.items() if found else ():
        reading = found[address]
        if isinstance(reading, PoolReading):
            candidates, precision = [float(reading.price)], _PRECISION
        else:
            # The peers do not turn the pool round: tokens have 6 decimals, SOL has 9.
            ratio = cast("float", reading)
            candidates, precision = [ratio / 1000, 1 / ratio / 1000], _BARE_PRECISION
        errors = [abs(each / truth - 1) for each in candidates for truth in truths]
        assert min(errors) < precision, (name, address, candidates, truths)


def _print_table(pools: int, times: Mapping[str, list[float]]) -> None:
    calls = -(-pools // 33)
    print(
        f"{pools} pools with two vaults each, {calls} calls a refresh, {len(times['ours'])} runs\n"
    )
    print(f"{'variant':22}{'tokens/s':>12}{'p50 ms':>10}{'p99 ms':>10}{'of limit':>10}")
    for name, taken in times.items():
        rate, share = _rate(pools, taken), _rate(pools, taken) / _rate(pools, times["limit"])
        middle, worst = _percentiles_ms(taken)
        print(f"{name:22}{rate:>12,.0f}{middle:>10.1f}{worst:>10.1f}{share:>10.2f}")


def _summary(pools: int, times: Mapping[str, list[float]]) -> dict[str, object]:
    ours, limit, plain = (_rate(pools, times[name]) for name in ("ours", "limit", "plain"))
    middle, worst = _percentiles_ms(times["ours"])
    return {
        "name": "refresh",
        "unit": "tokens/s",
        "ours": round(ours),
        "limit": round(limit),
        "ratio": round(ours / limit, 3),
        "plain": round(plain),
        "ratio_to_plain": round(ours / plain, 2),
        "p50_ms": round(middle, 2),
        "p99_ms": round(worst, 2),
        "runs": len(times["ours"]),
        "versions": {"python": platform.python_version()}
        | {each: version(each) for each in _PACKAGES},
    }


def _rate(pools: int, taken: list[float]) -> float:
    return pools / statistics.median(taken)


def _percentiles_ms(taken: list[float]) -> tuple[float, float]:
    ranked = sorted(taken)
    return statistics.median(ranked) * 1000, ranked[int((len(ranked) - 1) * 0.99)] * 1000


if __name__ == "__main__":
    main()
