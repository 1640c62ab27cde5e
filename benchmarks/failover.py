"""Measures what is served while one of three endpoints fails: in time, how old, and true or not.

Run from the root of the project: python -m benchmarks.failover [--seconds N] [--json]
"""

import argparse
import asyncio
import logging
import platform
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from random import Random

import orjson
import structlog
import uvloop

from benchmarks.failover_plain import PlainChain
from benchmarks.failover_world import FailoverWorld, failover_world
from bot.adapters.clock import SystemClock
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.rpc_settings import EndpointConfig
from bot.adapters.solana.solana_chain import SolanaChain
from bot.domain.errors import Unavailable
from bot.domain.pools.reading import PoolReading
from bot.sandbox.solana_rpc.endpoint import Endpoint
from bot.sandbox.solana_rpc.faults import EndpointFaults

_POOLS = 240
_INTERVAL_SECONDS = 1.0
_LOOKS_A_SECOND = 50
_FILLS_A_SECOND = 5
_WARM_UP_SECONDS = 11.0
_HEALING_SECONDS = 3.0
_PACKAGES = ("aiohttp", "orjson", "uvloop")
FAULTS = {
    "all well": EndpointFaults(),
    "killed": EndpointFaults(dead=True),
    "lagging 50 slots": EndpointFaults(lag_slots=50),
    "answering 429": EndpointFaults(rate_limit_per_second=1),
    "answering garbage": EndpointFaults(garbage=True),
    "hanging": EndpointFaults(hang=True),
}
Chain = SolanaChain | PlainChain


@dataclass(slots=True)
class Seen:
    """What was served under one fault."""

    rounds: int = 0
    rounds_in_time: int = 0
    served: int = 0
    wrong: int = 0
    backwards: int = 0
    oldest_seconds: float = 0.0
    fills: int = 0
    fills_refused: int = 0


@dataclass(slots=True, kw_only=True)
class Market:
    """The prices that people are shown, kept fresh from a chain, and held against the truth."""

    world: FailoverWorld
    chain: Chain
    chance: Random
    seen: Seen = field(default_factory=Seen)
    shown: dict[str, PoolReading] = field(default_factory=dict)
    highest: dict[str, int] = field(default_factory=dict)

    async def keep_fresh(self) -> None:
        """Refresh every pool each interval; a round is in time if all were read within it."""
        places = [place for place, _ in self.world.pools]
        loop = asyncio.get_running_loop()
        while True:
            began, seen = loop.time(), self.seen
            try:
                read = await self.chain.read_pools(places, deadline_seconds=0.8 * _INTERVAL_SECONDS)
            except Unavailable:
                read = {}
            seen.rounds += 1
            took = loop.time() - began
            seen.rounds_in_time += len(read) == len(places) and took <= _INTERVAL_SECONDS
            self.shown.update(read)
            await asyncio.sleep(max(0.0, _INTERVAL_SECONDS - took))

    async def look(self) -> None:
        """Show a price to somebody, again and again."""
        while True:
            await asyncio.sleep(1 / _LOOKS_A_SECOND)
            place, _ = self.chance.choice(self.world.pools)
            if place.address in self.shown:
                self._serve(self.shown[place.address])

    async def fill(self) -> None:
        """Read one pool for an order, again and again."""
        while True:
            await asyncio.sleep(1 / _FILLS_A_SECOND)
            place, _ = self.chance.choice(self.world.pools)
            self.seen.fills += 1
            try:
                self._serve(await self.chain.read_pool(place))
            except Unavailable:
                self.seen.fills_refused += 1

    def _serve(self, reading: PoolReading) -> None:
        seen = self.seen
        seen.served += 1
        seen.wrong += not self.world.is_true(reading)
        seen.backwards += reading.slot < self.highest.get(reading.address, 0) - _OVERTAKEN_SLOTS
        self.highest[reading.address] = max(self.highest.get(reading.address, 0), reading.slot)
        seen.oldest_seconds = max(seen.oldest_seconds, self.world.age_seconds(reading.slot))


# A fill may be shown before a look whose price is from the last refresh, an interval before it.
_OVERTAKEN_SLOTS = 15


def main() -> None:
    """Read the arguments, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0, help="under each fault")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    ours, plain = uvloop.run(_measure(asked.seconds, asked.seed))
    print(f"seed {asked.seed}, {_POOLS} pools, one of three endpoints {asked.seconds:g} s each\n")
    _print_table("ours", ours)
    _print_table("plain: one after the other", plain)
    if asked.json:
        print(orjson.dumps(_summary(ours, plain, asked.seconds)).decode())
    if any(seen.wrong or seen.backwards for seen in ours.values()):
        raise SystemExit(1)


async def _measure(seconds: float, seed: int) -> tuple[dict[str, Seen], dict[str, Seen]]:
    async with failover_world(_POOLS, seed) as world:
        async with _our_chain(world) as chain:
            ours = await _suffer(world, chain, seconds, seed)
        async with PlainChain(world.urls) as plain_chain:
            plain = await _suffer(world, plain_chain, seconds, seed)
    return ours, plain


@asynccontextmanager
async def _our_chain(world: FailoverWorld) -> AsyncIterator[SolanaChain]:
    clock, chance = SystemClock(), Random(7)  # noqa: S311 (jitter)
    configs = [EndpointConfig.from_url(url) for url in world.urls]
    async with RpcPool(configs, clock=clock, chance=chance) as rpc, asyncio.TaskGroup() as group:
        watch = group.create_task(rpc.keep_watch())
        yield SolanaChain(rpc, [], clock)
        watch.cancel()


async def _suffer(world: FailoverWorld, chain: Chain, seconds: float, seed: int) -> dict[str, Seen]:
    chance = Random(seed)  # noqa: S311 (who looks at what)
    market = Market(world=world, chain=chain, chance=chance)
    found: dict[str, Seen] = {}
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(work)
            for work in (market.keep_fresh(), market.look(), market.fill(), market.fill())
        ]
        await asyncio.sleep(_WARM_UP_SECONDS)
        for name, faults in FAULTS.items():
            market.seen = found[name] = Seen()
            busiest = _busiest(world.endpoints)
            world.endpoints[busiest].faults = faults
            await asyncio.sleep(seconds)
            world.endpoints[busiest].faults = EndpointFaults()
            market.seen = Seen()
            await asyncio.sleep(_HEALING_SECONDS)
        for task in tasks:
            task.cancel()
    return found


def _busiest(endpoints: Sequence[Endpoint]) -> int:
    counts = [endpoint.requests_served for endpoint in endpoints]
    for endpoint in endpoints:
        endpoint.requests_served = 0
    return counts.index(max(counts))


def _print_table(name: str, found: Mapping[str, Seen]) -> None:
    heads = f"{'in time':>10}{'oldest s':>10}{'served':>8}{'wrong':>7}{'back':>6}{'refused':>9}"
    print(f"{name:28}{heads}")
    for fault, seen in found.items():
        print(
            f"  {fault:26}{seen.rounds_in_time:>6}/{seen.rounds:<3}{seen.oldest_seconds:>10.1f}"
            f"{seen.served:>8}{seen.wrong:>7}{seen.backwards:>6}"
            f"{seen.fills_refused:>5}/{seen.fills:<3}"
        )
    print()


def _summary(
    ours: Mapping[str, Seen], plain: Mapping[str, Seen], seconds: float
) -> dict[str, object]:
    return {
        "name": "failover",
        "unit": "fraction of refreshes in time",
        "ours": round(_in_time(ours), 3),
        "limit": 1.0,
        "ratio": round(_in_time(ours), 3),
        "plain": round(_in_time(plain), 3),
        "oldest_seconds": max(seen.oldest_seconds for seen in ours.values()),
        "oldest_seconds_plain": max(seen.oldest_seconds for seen in plain.values()),
        "wrong": sum(seen.wrong for seen in ours.values()),
        "backwards": sum(seen.backwards for seen in ours.values()),
        "backwards_plain": sum(seen.backwards for seen in plain.values()),
        "seconds_each": seconds,
        "versions": {"python": platform.python_version()}
        | {each: version(each) for each in _PACKAGES},
    }


def _in_time(found: Mapping[str, Seen]) -> float:
    rounds = sum(seen.rounds for seen in found.values())
    return sum(seen.rounds_in_time for seen in found.values()) / max(rounds, 1)


if __name__ == "__main__":
    main()
