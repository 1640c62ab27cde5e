"""A refresh reads many pools in one pass, each with its vaults, and leaves out the unreadable."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.adapters.solana.solana_chain import SolanaChain
from bot.domain.errors import Unavailable
from bot.domain.pools.reading import PoolKind
from bot.ports.chain import PoolPlace
from tests.builders.rpc_pools import build_pool
from tests.builders.solana_accounts import (
    AMM_V4_POOL,
    CPMM_POOL,
    CURVE,
    CURVE_MINT,
    PUMPSWAP_POOL,
    WHIRLPOOL,
    serve_genuine,
    token_account,
    with_amount,
)
from tests.fakes.hand_clock import HandClock
from tests.fakes.rpc_node import Manners, RpcNode, as_json, rpc_nodes

AMM_V4_QUOTE_VAULT = "HLmqeL62xR1QoZ1HKKbXRrdN1p3phKpxRMb2VVopvBBz"


def place(address: str, kind: PoolKind) -> PoolPlace:
    return PoolPlace(address=address, kind=kind, source="derived")


AMM_V4 = place(AMM_V4_POOL, PoolKind.RAYDIUM_AMM_V4)
CPMM = place(CPMM_POOL, PoolKind.RAYDIUM_CPMM)
ORCA = place(WHIRLPOOL, PoolKind.ORCA_WHIRLPOOL)
PUMPSWAP = place(PUMPSWAP_POOL, PoolKind.PUMPSWAP)
ALL = [AMM_V4, CPMM, ORCA, PUMPSWAP]


def asked_keys(node: RpcNode) -> list[list[str]]:
    """Give the keys of each getMultipleAccounts so far."""
    calls = [each for each in node.requests if each["method"] == "getMultipleAccounts"]
    return [call["params"][0] for call in calls]


async def test_all_kinds_are_read_to_their_genuine_prices() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        readings = await SolanaChain(rpc, [], HandClock()).read_pools(ALL)
        prices = {address: f"{reading.price:.6G}" for address, reading in readings.items()}
        assert prices == {
            AMM_V4_POOL: "121.223",
            CPMM_POOL: "0.00194043",
            WHIRLPOOL: "120.976",
            PUMPSWAP_POOL: "4.33773E-8",
        }
        assert {reading.slot for reading in readings.values()} == {node.slot}


async def test_a_known_pool_is_refreshed_by_itself_and_its_vaults_in_one_call() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        chain = SolanaChain(rpc, [], HandClock())
        await chain.read_pools(ALL)
        before = len(asked_keys(node))
        assert len(await chain.read_pools(ALL)) == 4
        (keys,) = asked_keys(node)[before:]
        assert len(keys) == 3 * 3 + 1, (
            "a pool and two vaults each, a Whirlpool alone; no mint, no fee configuration"
        )


async def test_standing_accounts_are_asked_again_after_ten_minutes() -> None:
    clock = HandClock()
    async with rpc_nodes(1) as (node,), build_pool([node], clock=clock) as rpc:
        serve_genuine(node)
        chain = SolanaChain(rpc, [], clock)
        await chain.read_pools([CPMM])
        clock.advance(599)
        await chain.read_pools([CPMM])
        clock.advance(2)
        await chain.read_pools([CPMM])
        assert [len(keys) for keys in asked_keys(node)] == [1, 4, 3, 4]


async def test_a_price_follows_its_vaults() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        chain = SolanaChain(rpc, [], HandClock())
        before = (await chain.read_pools([AMM_V4]))[AMM_V4_POOL]
        vault = node.accounts[AMM_V4_QUOTE_VAULT]
        doubled = 2 * int.from_bytes(vault[1][64:72], "little")
        node.accounts[AMM_V4_QUOTE_VAULT] = with_amount(vault, doubled)
        node.slot += 1
        after = (await chain.read_pools([AMM_V4]))[AMM_V4_POOL]
        assert after.slot == before.slot + 1
        assert abs(after.price / before.price - 2) < Decimal("0.0001")


async def test_a_pool_in_which_nothing_moved_is_as_new_as_its_answer() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        chain = SolanaChain(rpc, [], HandClock())
        before = await chain.read_pools(ALL)
        node.slot += 5
        after = await chain.read_pools(ALL)
        assert {pool.slot for pool in after.values()} == {node.slot}
        for address, reading in after.items():
            assert replace(reading, slot=before[address].slot) == before[address]


async def test_pools_that_are_gone_unreadable_or_no_pools_are_left_out() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        chain = SolanaChain(rpc, [], HandClock())
        mint = place(CURVE_MINT, PoolKind.RAYDIUM_CPMM)
        nowhere = place("1" * 32, PoolKind.PUMPSWAP)
        assert len(await chain.read_pools([*ALL, mint, nowhere])) == 4
        del node.accounts[CPMM_POOL]
        owner, data = node.accounts[PUMPSWAP_POOL]
        node.accounts[PUMPSWAP_POOL] = (owner, data[:100])
        assert set(await chain.read_pools(ALL)) == {AMM_V4_POOL, WHIRLPOOL}
        serve_genuine(node)
        assert len(await chain.read_pools(ALL)) == 4, "and taken back when they are well again"


async def test_a_curve_known_by_its_address_alone_is_read_by_the_token_account_it_owns() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        held = [token_account(CPMM_POOL, CURVE, 7), token_account(CURVE_MINT, CURVE, 9)]
        node.results["getTokenAccountsByOwner"] = {
            "context": {"slot": node.slot},
            "value": [{"pubkey": CURVE, "account": as_json(each)} for each in held],
        }
        chain = SolanaChain(rpc, [], HandClock())
        readings = await chain.read_pools([place(CURVE, PoolKind.PUMPFUN_CURVE)])
        assert readings[CURVE].base_mint == CURVE_MINT
        await chain.read_pools([place(CURVE, PoolKind.PUMPFUN_CURVE)])
        assert node.asked("getTokenAccountsByOwner") == 1


async def test_a_curve_of_an_unknown_token_is_left_out() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        readings = await SolanaChain(rpc, [], HandClock()).read_pools(
            [place(CURVE, PoolKind.PUMPFUN_CURVE), CPMM]
        )
        assert set(readings) == {CPMM_POOL}


async def test_nothing_readable_at_all_is_unavailable_and_no_pools_are_no_call() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        chain = SolanaChain(rpc, [], HandClock())
        assert await chain.read_pools([]) == {}
        assert node.requests == []
        node.manners = Manners(status=500, body=b"")
        with pytest.raises(Unavailable):
            await chain.read_pools(ALL)
