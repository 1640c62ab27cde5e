"""The RPC pool against real servers that fail in each of their ways, and over a line that does."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
from solders.pubkey import Pubkey
from structlog.testing import capture_logs
from yarl import URL

from bot.adapters.clock import SystemClock
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.rpc_settings import (
    OWN_MACHINE_LIMITS,
    EndpointConfig,
    RpcLimits,
    RpcSettings,
)
from bot.domain.errors import Unavailable
from bot.ports.clock import Clock
from bot.sandbox.solana_rpc.application import serve_rpc
from bot.sandbox.solana_rpc.chain import Chain
from bot.sandbox.solana_rpc.endpoint import Endpoint
from bot.sandbox.solana_rpc.faults import EndpointFaults
from tests.builders.rpc_pools import seeded_chance
from tests.fakes.hand_clock import HandClock
from tests.faults.proxy import proxy_to_http

OWNER = Pubkey.from_string("CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C")
SECRET = "c4n4ryc4n4ry"
WELL = EndpointFaults()
MEASURED_CALLS = 24


@dataclass(slots=True, kw_only=True)
class Three:
    """Three endpoints over one chain, and a pool of them."""

    chain: Chain
    endpoints: Sequence[Endpoint]
    pool: RpcPool

    def place(self, data: bytes = b"0") -> str:
        address = Pubkey.new_unique()
        self.chain.place(address, OWNER, data)
        return str(address)

    async def warm(self, address: str) -> Endpoint:
        """Ask until latencies are known; gives the endpoint that is asked first."""
        for _ in range(MEASURED_CALLS):
            await self.pool.get_multiple_accounts([address])
        before = [endpoint.requests_served for endpoint in self.endpoints]
        await self.pool.get_multiple_accounts([address])
        return next(
            endpoint
            for endpoint, served in zip(self.endpoints, before, strict=True)
            if endpoint.requests_served > served
        )


@asynccontextmanager
async def three(
    *,
    clock: Clock | None = None,
    limits: RpcLimits = OWN_MACHINE_LIMITS,
    settings: RpcSettings | None = None,
    count: int = 3,
) -> AsyncIterator[Three]:
    chain = Chain(slot_ms=200)
    async with AsyncExitStack() as stack:
        served = [await stack.enter_async_context(serve_rpc(chain)) for _ in range(count)]
        pool = RpcPool(
            [EndpointConfig(url=URL(url), limits=limits) for url, _ in served],
            clock=clock or SystemClock(),
            chance=seeded_chance(),
            settings=settings,
        )
        await stack.enter_async_context(pool)
        yield Three(chain=chain, endpoints=[each for _, each in served], pool=pool)


FAULTS = {
    "dead": EndpointFaults(dead=True),
    "lagging": EndpointFaults(lag_slots=50),
    "limited": EndpointFaults(rate_limit_per_second=1),
    "garbled": EndpointFaults(garbage=True),
    "hanging": EndpointFaults(hang=True),
    "behind a broken proxy": EndpointFaults(http_status=502),
}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS.keys())
async def test_calls_are_answered_soon_and_by_the_newest_slot_whatever_befalls_the_favourite(
    faults: EndpointFaults,
) -> None:
    # No timeout of a request helps: it is longer than this test waits.
    async with three(settings=RpcSettings(request_timeout_seconds=60.0)) as town:
        address = town.place(b"old")
        favourite = await town.warm(address)
        newest = town.pool.best_slot()
        favourite.faults = faults
        slots = []
        for _ in range(10):
            async with asyncio.timeout(20.0):
                answer = await town.pool.get_multiple_accounts([address], deadline_seconds=100.0)
            account = answer.accounts[address]
            assert account is not None
            assert account.data == b"old"
            slots.append(answer.slot)
            await asyncio.sleep(0.01)
        assert slots == sorted(slots), "time never runs backwards"
        assert slots[0] >= newest, "nothing from the lagging one"


async def test_its_own_limit_keeps_the_pool_below_the_endpoints() -> None:
    limits = RpcLimits(
        requests_per_second=20, burst=4, method_requests_per_second=20, method_burst=4
    )
    async with three(count=1, limits=limits) as town:
        town.endpoints[0].faults = EndpointFaults(rate_limit_per_second=24)
        address = town.place()
        for _ in range(24):
            await town.pool.get_multiple_accounts([address])
        state = town.pool.states()[0]
        assert (state.requests, state.rate_limited) == (24, 0)
        assert state.limiter_use > 0.5


async def test_retry_after_leaves_the_endpoint_alone_for_as_long_as_it_says() -> None:
    # By a clock of its own, the second is not over before the five have asked.
    async with three(count=2, clock=HandClock()) as town:
        address = town.place()
        favourite = await town.warm(address)
        favourite.faults = EndpointFaults(rate_limit_per_second=1)
        await asyncio.sleep(0.01)
        while not any(state.rate_limited for state in town.pool.states()):
            await town.pool.get_multiple_accounts([address])
        served = favourite.requests_served
        for _ in range(5):
            await town.pool.get_multiple_accounts([address])
        assert favourite.requests_served == served
        assert max(state.pause_seconds for state in town.pool.states()) > 0.5


async def test_a_circuit_opens_is_probed_half_open_and_closes() -> None:
    clock = HandClock()
    async with three(count=2, clock=clock, settings=RpcSettings(hedges=False)) as town:
        address = town.place()
        town.endpoints[0].faults = EndpointFaults(dead=True)
        for _ in range(10):
            await town.pool.get_multiple_accounts([address])
        assert [state.circuit for state in town.pool.states()] == ["open", "closed"]
        clock.advance(31)
        assert town.pool.states()[0].circuit == "half-open"
        await town.pool.probe_quiet_endpoints()
        assert town.pool.states()[0].circuit == "open", "the probe failed"
        town.endpoints[0].faults = WELL
        clock.advance(31)
        await town.pool.probe_quiet_endpoints()
        assert town.pool.states()[0].circuit == "closed"


async def test_a_slow_favourite_is_not_waited_for() -> None:
    # Whoever waited for it would be turned away by no timeout before the half minute is over.
    async with three(settings=RpcSettings(request_timeout_seconds=60.0)) as town:
        address = town.place()
        favourite = await town.warm(address)
        favourite.faults = EndpointFaults(latency_ms=30_000)
        async with asyncio.timeout(20.0):
            await town.pool.get_multiple_accounts([address], deadline_seconds=40.0)


async def test_all_hanging_is_said_within_the_deadline() -> None:
    async with three(settings=RpcSettings(request_timeout_seconds=60.0)) as town:
        for endpoint in town.endpoints:
            endpoint.faults = EndpointFaults(hang=True)
        async with asyncio.timeout(20.0):
            with pytest.raises(Unavailable):
                await town.pool.get_multiple_accounts([town.place()], deadline_seconds=0.3)


async def test_what_could_be_read_is_used_when_the_line_breaks_and_no_key_is_told() -> None:
    chain = Chain()
    async with (
        serve_rpc(chain) as (url, _),
        proxy_to_http(url, seed=7) as proxy,
        RpcPool(
            [EndpointConfig(url=URL(proxy.address).with_query(key=SECRET))],
            clock=HandClock(),
            chance=seeded_chance(),
            settings=RpcSettings(batches_at_once=1),
            sleep=HandClock().sleep,
        ) as pool,
    ):
        rule = proxy.reset(times=2)
        keys = [str(Pubkey.new_unique()) for _ in range(250)]
        with capture_logs() as lines:
            answer = await pool.get_multiple_accounts(keys, deadline_seconds=60.0)
        assert rule.hits == 2
        assert set(answer.accounts) == set(keys[100:]), "one batch failed twice"
        assert lines
        assert SECRET not in repr(lines) + repr(pool.states())
