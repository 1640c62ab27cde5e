"""Endpoints over one chain fail each in their own way, switched by HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from solana.exceptions import SolanaRpcException
from solana.rpc.commitment import Processed
from solders.pubkey import Pubkey

from bot.sandbox.solana_rpc.application import serve_rpc
from bot.sandbox.solana_rpc.control import make_rpc_control_application
from bot.sandbox.solana_rpc.faults import EndpointFaults
from tests.sandbox.solana_fixtures import Node, running, running_node, still_chain

OWNER = Pubkey.from_string("CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C")


@pytest_asyncio.fixture
async def node() -> AsyncIterator[Node]:
    async with running_node(still_chain()) as served:
        yield served


async def test_a_lagging_node_answers_the_old_account_with_its_old_slot(node: Node) -> None:
    address = Pubkey.new_unique()
    node.chain.place(address, OWNER, b"old")
    node.chain.advance(50)
    node.chain.place(address, OWNER, b"new")
    node.endpoint.faults = EndpointFaults(lag_slots=20)
    answer = await node.client.get_account_info(address, Processed)
    assert answer.value.data == b"old"
    assert answer.context.slot == node.chain.slot - 20
    node.chain.advance(20)
    answer = await node.client.get_account_info(address, Processed)
    assert answer.value.data == b"new"


async def test_two_endpoints_of_one_chain_disagree_only_by_their_lag(node: Node) -> None:
    async with serve_rpc(node.chain, name="second") as (url, other):
        other.faults = EndpointFaults(lag_slots=7)
        body = {"jsonrpc": "2.0", "id": 1, "method": "getSlot", "params": []}
        async with node.http.post(url, json=body) as response:
            slow = (await response.json())["result"]
    assert slow == await node.result("getSlot") - 7


async def test_a_node_calls_itself_unhealthy_beyond_128_slots(node: Node) -> None:
    node.endpoint.faults = EndpointFaults(lag_slots=128)
    assert await node.result("getHealth") == "ok"
    node.endpoint.faults = EndpointFaults(lag_slots=129)
    error = (await node.call("getHealth"))["error"]
    assert error["code"] == -32005
    assert error["data"] == {"numSlotsBehind": 129}


async def test_too_many_requests_are_told_when_to_come_back(node: Node) -> None:
    node.endpoint.faults = EndpointFaults(rate_limit_per_second=2)
    body = {"jsonrpc": "2.0", "id": 1, "method": "getHealth"}
    statuses = []
    for _ in range(3):
        async with node.http.post(node.url, json=body) as response:
            statuses.append(response.status)
            last = response.headers.get("Retry-After"), (await response.json()).get("error")
    assert statuses == [200, 200, 429]
    assert last[0] == "1"
    assert last[1]["code"] == 429


async def test_a_dead_node_resets_the_connection(node: Node) -> None:
    node.endpoint.faults = EndpointFaults(dead=True)
    with pytest.raises(aiohttp.ClientError):
        await node.call("getHealth")
    with pytest.raises(SolanaRpcException):
        await node.client.get_slot()
    node.endpoint.faults = EndpointFaults()
    assert await node.result("getHealth") == "ok"


async def test_a_node_behind_a_broken_proxy_answers_its_status(node: Node) -> None:
    node.endpoint.faults = EndpointFaults(http_status=503)
    async with node.http.post(node.url, json={}) as response:
        assert response.status == 503


async def test_garbage_is_broken_json_or_broken_base64_in_turn(node: Node) -> None:
    node.chain.place(address := Pubkey.new_unique(), OWNER, bytes(40))
    node.endpoint.faults = EndpointFaults(garbage=True)
    with pytest.raises(json.JSONDecodeError):
        await node.call("getHealth")
    answer = await node.result("getAccountInfo", str(address), {"encoding": "base64"})
    assert answer["value"]["data"][0].endswith("!")


async def test_a_hanging_node_answers_only_after_it_is_let_go(node: Node) -> None:
    node.endpoint.faults = EndpointFaults(hang=True)
    waiting = node.result("getHealth")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(waiting, 0.15)
    node.endpoint.faults = EndpointFaults()
    assert await node.result("getHealth") == "ok"


async def test_a_slow_node_takes_its_time(node: Node) -> None:
    node.endpoint.faults = EndpointFaults(latency_ms=120)
    loop = asyncio.get_running_loop()
    started = loop.time()
    await node.result("getHealth")
    assert loop.time() - started >= 0.12


async def test_faults_are_switched_by_http(node: Node) -> None:
    async with running(make_rpc_control_application([node.endpoint])) as base:
        async with node.http.post(f"{base}/sandbox/rpc/1/faults", json={"lag_slots": 9}) as sent:
            assert (await sent.json())["lag_slots"] == 9
        assert node.endpoint.faults == EndpointFaults(lag_slots=9)
        async with node.http.get(f"{base}/sandbox/rpc") as listed:
            (only,) = await listed.json()
        assert only["slot"] == node.chain.slot - 9
        assert only["faults"]["lag_slots"] == 9
        async with node.http.get(f"{base}/sandbox/rpc/2/faults") as missing:
            assert missing.status == 404


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"lag":1}', b'{"dead":1}', b'{"lag_slots":-1}'])
async def test_faults_that_do_not_exist_are_refused(node: Node, body: bytes) -> None:
    async with (
        running(make_rpc_control_application([node.endpoint])) as base,
        node.http.post(f"{base}/sandbox/rpc/1/faults", data=body) as response,
    ):
        assert response.status == 400
    assert node.endpoint.faults == EndpointFaults()
