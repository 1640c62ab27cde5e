"""The node's WebSocket tells changes of accounts and slots as a genuine one does."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from solders.pubkey import Pubkey

from bot.sandbox.solana_rpc.faults import EndpointFaults
from tests.sandbox.solana_fixtures import Node, running_node, still_chain

OWNER = Pubkey.from_string("CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C")
CONFIG = {"encoding": "base64", "commitment": "confirmed"}


class Line:
    """One client's connection."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def call(self, method: str, *parameters: object) -> Any:
        body = {"jsonrpc": "2.0", "id": 7, "method": method, "params": list(parameters)}
        await self.socket.send_json(body)
        return await self.heard()

    async def heard(self) -> Any:
        return await self.socket.receive_json(timeout=5)

    async def hears_nothing(self) -> bool:
        try:
            await self.socket.receive(timeout=0.1)
        except TimeoutError:
            return True
        return False


@asynccontextmanager
async def line_to(node: Node) -> AsyncIterator[Line]:
    async with node.http.ws_connect(node.url) as socket:
        yield Line(socket)


@pytest_asyncio.fixture
async def node() -> AsyncIterator[Node]:
    async with running_node(still_chain()) as served:
        yield served


async def test_an_account_is_told_when_it_changes_and_not_before(node: Node) -> None:
    address = Pubkey.new_unique()
    node.chain.place(address, OWNER, b"old")
    node.chain.advance(2)
    async with line_to(node) as line:
        answer = await line.call("accountSubscribe", str(address), CONFIG)
        assert (answer["id"], answer["jsonrpc"]) == (7, "2.0")
        assert await line.hears_nothing()
        node.chain.place(address, OWNER, b"new")
        assert await line.hears_nothing(), "not confirmed yet"
        node.chain.advance(1)
        told = await line.heard()
    assert told["method"] == "accountNotification"
    assert told["params"]["subscription"] == answer["result"]
    result = told["params"]["result"]
    assert result["context"]["slot"] == node.chain.slot - 1
    assert result["value"]["data"] == [base64.b64encode(b"new").decode(), "base64"]
    assert result["value"]["owner"] == str(OWNER)


async def test_slots_are_told_as_they_pass(node: Node) -> None:
    async with line_to(node) as line:
        number = (await line.call("slotSubscribe"))["result"]
        node.chain.advance(3)
        told = await line.heard()
    slot = node.chain.slot
    assert told["method"] == "slotNotification"
    assert told["params"] == {
        "result": {"parent": slot - 1, "root": slot - 31, "slot": slot},
        "subscription": number,
    }


async def test_nothing_is_told_after_the_subscription_was_ended(node: Node) -> None:
    async with line_to(node) as line:
        number = (await line.call("slotSubscribe"))["result"]
        assert (await line.call("slotUnsubscribe", number))["result"] is True
        node.chain.advance(3)
        assert await line.hears_nothing()
        assert (await line.call("slotUnsubscribe", number))["error"]["code"] == -32602
        assert (await line.call("accountUnsubscribe", 99))["error"]["code"] == -32602


@pytest.mark.parametrize(
    ("method", "parameters", "code"),
    [
        ("accountSubscribe", ["no address"], -32602),
        ("accountSubscribe", [], -32602),
        ("accountSubscribe", [str(OWNER), {"commitment": "soon"}], -32602),
        ("getSlot", [], -32601),
    ],
)
async def test_a_wrong_request_is_refused_and_the_line_stays(
    node: Node, method: str, parameters: list[object], code: int
) -> None:
    async with line_to(node) as line:
        assert (await line.call(method, *parameters))["error"]["code"] == code
        await line.socket.send_str("no json")
        assert (await line.heard())["error"]["code"] == -32700
        assert "result" in await line.call("slotSubscribe")


async def test_a_lagging_node_tells_the_past(node: Node) -> None:
    address = Pubkey.new_unique()
    node.chain.place(address, OWNER, b"old")
    node.chain.advance(20)
    node.endpoint.faults = EndpointFaults(lag_slots=5)
    async with line_to(node) as line:
        await line.call("accountSubscribe", str(address), CONFIG)
        node.chain.place(address, OWNER, b"new")
        node.chain.advance(3)
        assert await line.hears_nothing()
        node.chain.advance(3)
        slot = (await line.heard())["params"]["result"]["context"]["slot"]
    assert slot == node.chain.slot - 6


async def test_a_dead_node_cuts_the_line_and_refuses_new_ones(node: Node) -> None:
    async with line_to(node) as line:
        node.endpoint.faults = EndpointFaults(ws_dead=True)
        message = await line.socket.receive(timeout=5)
        assert message.type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
    with pytest.raises(aiohttp.ClientError):
        await node.http.ws_connect(node.url)
    assert await node.result("getHealth") == "ok", "HTTP is as well as before"
    assert node.endpoint.connections == 0


async def test_a_silent_node_keeps_the_line_and_says_nothing(node: Node) -> None:
    async with line_to(node) as line:
        await line.call("slotSubscribe")
        node.endpoint.faults = EndpointFaults(ws_silent=True)
        node.chain.advance(3)
        assert await line.hears_nothing()
        node.endpoint.faults = EndpointFaults()
        assert (await line.heard())["method"] == "slotNotification"


async def test_garbage_is_half_a_message(node: Node) -> None:
    async with line_to(node) as line:
        await line.call("slotSubscribe")
        node.endpoint.faults = EndpointFaults(ws_garbage=True)
        node.chain.advance(3)
        with pytest.raises(json.JSONDecodeError):
            await line.heard()


async def test_a_plain_get_is_told_to_upgrade(node: Node) -> None:
    async with node.http.get(node.url) as response:
        assert response.status == 426


async def test_many_lines_end_when_the_server_does() -> None:
    async with running_node(still_chain()) as served:
        sockets = [await served.http.ws_connect(served.url) for _ in range(3)]
        await asyncio.sleep(0)
    assert all(socket is not None for socket in sockets)
