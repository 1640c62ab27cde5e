"""The RPC pool goes on to the next endpoint whenever one does not answer well."""

import asyncio

import pytest

from bot.adapters.solana.rpc_errors import RpcRefused
from bot.adapters.solana.rpc_settings import RpcSettings
from bot.domain.errors import Unavailable
from tests.builders.rpc_pools import QUICK, build_pool
from tests.fakes.hand_clock import HandClock
from tests.fakes.rpc_node import Manners, rpc_nodes

KEY = "So11111111111111111111111111111111111111112"

BAD_MANNERS = {
    "server error": Manners(status=502, body=b"<html>bad gateway</html>"),
    "forbidden": Manners(status=403, body=b'{"error": "blocked"}'),
    "no json": Manners(body=b"\xff\x00 not json"),
    "empty": Manners(body=b""),
    "a list": Manners(body=b"[]"),
    "no result": Manners(body=b'{"jsonrpc": "2.0", "id": 1}'),
    "null result": Manners(body=b'{"jsonrpc": "2.0", "id": 1, "result": null}'),
    "slot as text": Manners(body=b'{"result": {"context": {"slot": "9"}, "value": [null]}}'),
    "impossible slot": Manners(body=b'{"result": {"context": {"slot": 9e30}, "value": [null]}}'),
    "wrong length": Manners(body=b'{"result": {"context": {"slot": 1000}, "value": []}}'),
    "bad base64": Manners(
        body=b'{"result": {"context": {"slot": 1000}, "value": '
        b'[{"owner": "x", "lamports": 1, "data": ["***", "base64"]}]}}'
    ),
    "other encoding": Manners(
        body=b'{"result": {"context": {"slot": 1000}, "value": '
        b'[{"owner": "x", "lamports": 1, "data": ["28", "base58"]}]}}'
    ),
    "hanging": Manners(hangs=True),
    "unhealthy": Manners(error={"code": -32005, "message": "Node is behind by 200 slots"}),
    "block not available": Manners(error={"code": -32004, "message": "Block not available"}),
    "internal": Manners(error={"code": -32603, "message": "Internal error"}),
    "unknown code": Manners(error={"code": -32099, "message": "?"}),
    "limited by status": Manners(status=429, body=b"slow down"),
    "limited by body": Manners(error={"code": 429, "message": "Too many requests"}),
}


@pytest.mark.parametrize("manners", BAD_MANNERS.values(), ids=BAD_MANNERS.keys())
async def test_the_second_endpoint_answers_when_the_first_does_badly(manners: Manners) -> None:
    async with rpc_nodes(2) as (bad, good), build_pool([bad, good]) as pool:
        bad.manners = manners
        good.accounts[KEY] = ("owner", b"\x01\x02")
        answer = await pool.get_multiple_accounts([KEY])
        account = answer.accounts[KEY]
        assert account is not None
        assert account.data == b"\x01\x02"
        assert bad.requests, "the bad one was asked first"


async def test_a_dead_endpoint_is_passed_over() -> None:
    async with rpc_nodes(2) as (dead, good), build_pool([dead, good]) as pool:
        await dead.stop()
        assert await pool.get_slot() == good.slot
        assert pool.states()[0].failures == 1


@pytest.mark.parametrize("code", [-32602, -32601, -32003, -32002])
async def test_a_refused_request_is_not_tried_elsewhere(code: int) -> None:
    async with rpc_nodes(2) as (first, second), build_pool([first, second]) as pool:
        first.manners = Manners(error={"code": code, "message": "no such thing"})
        with pytest.raises(RpcRefused) as caught:
            await pool.call("getThing", [])
        assert caught.value.code == code
        assert second.requests == []


async def test_all_endpoints_failing_is_unavailable_within_the_deadline() -> None:
    settings = RpcSettings(request_timeout_seconds=0.05, hedges=False)
    async with rpc_nodes(2) as nodes, build_pool(nodes, settings=settings) as pool:
        for node in nodes:
            node.manners = Manners(hangs=True)
        with pytest.raises(Unavailable) as caught:
            await pool.get_slot(deadline_seconds=1.0)
        assert caught.value.what == "Solana RPC"
        assert "timed out" in caught.value.detail


async def test_a_hanging_endpoint_leaves_time_for_the_next_one() -> None:
    settings = RpcSettings(request_timeout_seconds=60.0, hedges=False)
    async with rpc_nodes(2) as (slow, good), build_pool([slow, good], settings=settings) as pool:
        slow.manners = Manners(hangs=True)
        assert await pool.get_slot(deadline_seconds=2.0) == good.slot


async def test_one_endpoint_alone_is_asked_again_after_a_broken_connection() -> None:
    async with rpc_nodes(1) as (only,), build_pool([only]) as pool:
        refusals = iter([True, False])
        only.manners = Manners(refuses_when=lambda _: next(refusals))
        assert await pool.get_slot() == only.slot


async def test_the_quicker_endpoint_is_preferred_once_both_are_known() -> None:
    settings = RpcSettings(hedges=False)
    async with rpc_nodes(2) as (slow, quick):
        clock = _RealTime()
        async with build_pool([slow, quick], clock=clock, settings=settings) as pool:
            slow.manners = Manners(delay_seconds=0.5)
            for _ in range(6):
                await pool.get_slot()
            assert len(slow.requests) == 1
            assert len(quick.requests) == 5


async def test_a_call_slower_than_usual_is_asked_of_a_second_endpoint_too() -> None:
    settings = RpcSettings(request_timeout_seconds=5.0)
    async with rpc_nodes(2) as (first, second):
        clock = _RealTime()
        async with build_pool([first, second], clock=clock, settings=settings) as pool:
            for _ in range(60):
                await pool.get_multiple_accounts([KEY])
            favourite, other = sorted((first, second), key=lambda node: -len(node.requests))
            before = len(other.requests)
            favourite.manners = Manners(hangs=True)
            assert (await pool.get_multiple_accounts([KEY])).slot == other.slot
            assert len(other.requests) == before + 1
            assert all(state.failures == 0 for state in pool.states())


@pytest.mark.parametrize("second_does", ["fails", "hangs"])
async def test_a_third_endpoint_is_asked_when_the_first_hangs_and_the_second_is_no_better(
    second_does: str,
) -> None:
    # No timeout of a request helps: it is longer than this test waits.
    settings = RpcSettings(request_timeout_seconds=60.0)
    async with rpc_nodes(3) as nodes:
        for node, delay in zip(nodes, (0.0, 0.1, 0.3), strict=True):
            node.manners = Manners(delay_seconds=delay)
        async with build_pool(nodes, clock=_RealTime(), settings=settings) as pool:
            for _ in range(40):
                await pool.get_multiple_accounts([KEY])
            bad = Manners(status=500, body=b"") if second_does == "fails" else Manners(hangs=True)
            for node, manners in zip(nodes, (Manners(hangs=True), bad, Manners()), strict=True):
                node.manners = manners
            before = [len(node.requests) for node in nodes]
            async with asyncio.timeout(20.0):
                await pool.get_multiple_accounts([KEY], deadline_seconds=100.0)
            assert [len(node.requests) - n for node, n in zip(nodes, before, strict=True)] == [
                1
            ] * 3


async def test_a_closed_pool_opens_again_when_asked() -> None:
    async with rpc_nodes(1) as nodes, build_pool(nodes, settings=QUICK) as pool:
        await pool.get_slot()
        await pool.close()
        assert await pool.get_slot() == nodes[0].slot


class _RealTime(HandClock):
    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()
