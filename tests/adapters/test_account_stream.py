"""The stream hears of changes over real WebSockets, whatever befalls the line."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio
from solders.pubkey import Pubkey
from structlog.testing import capture_logs
from yarl import URL

from bot.adapters.clock import SystemClock
from bot.adapters.solana.account_stream import AccountStream
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.rpc_settings import (
    OWN_MACHINE_LIMITS,
    EndpointConfig,
    RpcSettings,
    StreamSettings,
    derived_stream_url,
)
from bot.ports.chain import StreamState
from bot.sandbox.solana_rpc.application import serve_rpc
from bot.sandbox.solana_rpc.chain import Chain
from bot.sandbox.solana_rpc.endpoint import Endpoint
from bot.sandbox.solana_rpc.faults import EndpointFaults
from tests.builders.rpc_pools import seeded_chance
from tests.faults.proxy import proxy_to_http

OWNER = Pubkey.from_string("CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C")
QUICK = StreamSettings(most_accounts=3, quiet_seconds=0.3, connect_seconds=1.0, gather_seconds=0.02)
SECRET = "c4n4ryc4n4ry"
PATIENCE_SECONDS = 30.0


@dataclass(slots=True, kw_only=True)
class Wire:
    """Two endpoints over one chain whose slots pass quickly, and a pool that streams from them."""

    chain: Chain
    endpoints: Sequence[Endpoint]
    pool: RpcPool
    urls: Sequence[str]

    @property
    def stream(self) -> AccountStream:
        return self.pool.stream

    def place(self, data: bytes = b"0", address: Pubkey | None = None) -> str:
        address = address or Pubkey.new_unique()
        self.chain.place(address, OWNER, data)
        return str(address)

    def change(self, address: str, data: bytes) -> None:
        self.place(data, Pubkey.from_string(address))

    async def heard(self) -> frozenset[str]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.stream.changed()

    async def hears_nothing(self) -> bool:
        try:
            async with asyncio.timeout(0.15):
                await self.stream.changed()
        except TimeoutError:
            return True
        return False

    async def follow(self, *addresses: str) -> None:
        """Follow, and take the first news: that each account is followed now."""
        self.stream.follow(addresses)
        heard: set[str] = set()
        while heard < set(addresses):
            heard |= await self.heard()

    async def until_live(self, number: int) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.state(number).state != "live":  # noqa: ASYNC110 (state is plain data)
                await asyncio.sleep(0.01)

    def state(self, number: int) -> StreamState:
        state = self.pool.states()[number - 1].stream
        assert state is not None
        return state


@asynccontextmanager
async def wire_of(count: int = 2, *, via: Sequence[str] = ()) -> AsyncIterator[Wire]:
    chain = Chain(slot_ms=20)
    async with AsyncExitStack() as stack:
        served = [await stack.enter_async_context(serve_rpc(chain)) for _ in range(count)]
        urls = [url for url, _ in served]
        streams = via or [url.replace("http", "ws", 1) for url in urls]
        configs = [
            EndpointConfig(
                url=URL(url),
                limits=OWN_MACHINE_LIMITS,
                stream_url=URL(stream).with_query({"api-key": SECRET}),
            )
            for url, stream in zip(urls, streams, strict=True)
        ]
        pool = RpcPool(
            configs,
            clock=SystemClock(),
            chance=seeded_chance(),
            settings=RpcSettings(stream=QUICK),
        )
        await stack.enter_async_context(pool)
        running = asyncio.get_running_loop().create_task(pool.stream.run())
        try:
            yield Wire(chain=chain, endpoints=[each for _, each in served], pool=pool, urls=urls)
        finally:
            running.cancel()
            await asyncio.wait({running})


@pytest_asyncio.fixture
async def wire() -> AsyncIterator[Wire]:
    async with wire_of() as two:
        yield two


async def test_a_change_is_told_once_and_other_accounts_are_not(wire: Wire) -> None:
    followed, other = wire.place(), wire.place()
    await wire.follow(followed)
    wire.change(other, b"1")
    assert await wire.hears_nothing()
    wire.change(followed, b"1")
    assert await wire.heard() == {followed}
    assert await wire.hears_nothing()


async def test_a_read_after_the_news_is_never_older_than_they_are(wire: Wire) -> None:
    followed = wire.place(b"before")
    await wire.follow(followed)
    late = EndpointFaults(lag_slots=14)
    wire.endpoints[0].faults = wire.endpoints[1].faults = EndpointFaults()
    wire.change(followed, b"after")
    await wire.heard()
    wire.endpoints[0].faults = late
    for _ in range(4):
        answer = await wire.pool.get_multiple_accounts([followed])
        account = answer.accounts[followed]
        assert account is not None
        assert account.data == b"after"


async def test_news_older_than_what_was_polled_are_no_news(wire: Wire) -> None:
    followed = wire.place()
    await wire.follow(followed)
    await wire.until_live(1)
    # The line's own endpoint tells late; polls reach the other one, which is ahead.
    wire.endpoints[0].faults = EndpointFaults(lag_slots=10, http_status=503)
    wire.change(followed, b"1")
    await asyncio.sleep(0.06)
    polled = await wire.pool.get_multiple_accounts([followed])
    account = polled.accounts[followed]
    assert account is not None
    assert account.data == b"1"
    assert await wire.hears_nothing(), "the same change again, ten slots later"
    wire.change(followed, b"2")
    assert await wire.heard() == {followed}


async def test_accounts_beyond_the_bound_are_left_to_polling(wire: Wire) -> None:
    places = [wire.place() for _ in range(5)]
    wire.stream.follow(places)
    heard: set[str] = set()
    while len(heard) < QUICK.most_accounts:
        heard |= await wire.heard()
    assert heard == set(places[: QUICK.most_accounts])
    assert wire.state(1).accounts == QUICK.most_accounts


async def test_an_account_followed_no_more_is_unsubscribed(wire: Wire) -> None:
    first, second = wire.place(), wire.place()
    await wire.follow(first)
    await wire.follow(second)
    wire.change(first, b"1")
    assert await wire.hears_nothing()
    assert wire.state(1).accounts == 1
    wire.stream.follow([])
    async with asyncio.timeout(PATIENCE_SECONDS):
        while wire.endpoints[0].connections:  # noqa: ASYNC110 (a count, not an event)
            await asyncio.sleep(0.01)
    assert wire.state(1).state == "idle"


FAULTS = {
    "dropped": (EndpointFaults(ws_dead=True), {"closed", "ClientConnectionResetError"}),
    "silent": (EndpointFaults(ws_silent=True), {"silent"}),
    "garbled": (EndpointFaults(ws_garbage=True), {"garbled"}),
    "late": (EndpointFaults(lag_slots=60), {"lags behind"}),
}


@pytest.mark.parametrize(("faults", "words"), FAULTS.values(), ids=FAULTS.keys())
async def test_a_bad_line_is_left_for_the_other_endpoint_and_all_is_read_anew(
    wire: Wire, faults: EndpointFaults, words: set[str]
) -> None:
    followed = wire.place()
    await wire.follow(followed)
    await wire.until_live(1)
    wire.change(followed, b"1")
    await wire.heard()
    await wire.pool.get_multiple_accounts([followed])
    wire.endpoints[0].faults = faults
    # Slots that a late node has yet to reach are seen elsewhere: by the polls.
    await wire.pool.probe_quiet_endpoints()
    assert await wire.heard() == {followed}, "what changed meanwhile was not told"
    await wire.until_live(2)
    assert (wire.state(1).state, wire.state(1).failures) == ("resting", 1)
    assert wire.state(1).last_error in words
    wire.change(followed, b"2")
    assert await wire.heard() == {followed}


async def test_a_line_that_is_cut_comes_back_after_a_rest() -> None:
    async with wire_of(1) as wire:
        followed = wire.place()
        await wire.follow(followed)
        wire.endpoints[0].faults = EndpointFaults(ws_dead=True)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while wire.state(1).failures == 0:  # noqa: ASYNC110 (a count, not an event)
                await asyncio.sleep(0.01)
        wire.change(followed, b"while nobody listened")
        wire.endpoints[0].faults = EndpointFaults()
        assert await wire.heard() == {followed}
        await wire.until_live(1)


async def test_a_line_cut_on_its_way_is_taken_up_again() -> None:
    async with AsyncExitStack() as stack:
        chain = Chain(slot_ms=20)
        url, _ = await stack.enter_async_context(serve_rpc(chain))
        proxy = await stack.enter_async_context(proxy_to_http(url, seed=7))
        near = proxy.address.replace("http", "ws", 1)
        config = EndpointConfig(url=URL(url), limits=OWN_MACHINE_LIMITS, stream_url=URL(near))
        pool = RpcPool(
            [config],
            clock=SystemClock(),
            chance=seeded_chance(),
            settings=RpcSettings(stream=QUICK),
        )
        await stack.enter_async_context(pool)
        running = asyncio.get_running_loop().create_task(pool.stream.run())
        wire = Wire(chain=chain, endpoints=[], pool=pool, urls=[url])
        try:
            followed = wire.place()
            await wire.follow(followed)
            await proxy.sever()
            assert await wire.heard() == {followed}
        finally:
            running.cancel()
            await asyncio.wait({running})


async def test_no_url_shows_in_a_state_or_a_log_line() -> None:
    nowhere = "ws://127.0.0.1:9/"
    async with wire_of(1, via=[nowhere]) as wire:
        with capture_logs() as lines:
            wire.stream.follow([wire.place()])
            async with asyncio.timeout(PATIENCE_SECONDS):
                while wire.state(1).failures == 0:  # noqa: ASYNC110 (a count, not an event)
                    await asyncio.sleep(0.01)
        assert lines
        assert SECRET not in repr(lines) + repr(wire.pool.states())


@pytest.mark.parametrize(
    ("http", "stream"),
    [
        ("https://rpc.example/?api-key=x", "wss://rpc.example/?api-key=x"),
        ("http://127.0.0.1:8899", "ws://127.0.0.1:8900"),
        ("https://rpc.example:8443/v2", "wss://rpc.example:8444/v2"),
    ],
)
def test_where_the_web_socket_is_follows_from_the_url(http: str, stream: str) -> None:
    assert str(derived_stream_url(URL(http))) == stream
