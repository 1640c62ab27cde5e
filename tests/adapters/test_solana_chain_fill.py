"""A fill reads its pool anew, with all that the pool's arithmetic needs, from one slot."""

import pytest

from bot.adapters.solana.addresses import extra_accounts, tick_array_addresses
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.solana_chain import SolanaChain
from bot.domain.errors import Unavailable, UnreadableAccount
from bot.domain.pools.reading import PoolKind
from bot.ports.chain import PoolPlace
from tests.builders.rpc_pools import build_pool
from tests.builders.solana_accounts import CPMM_POOL, DLMM_PAIR, WHIRLPOOL, serve_genuine
from tests.fakes.hand_clock import HandClock
from tests.fakes.rpc_node import Manners, RpcNode, rpc_nodes

ORCA = PoolPlace(address=WHIRLPOOL, kind=PoolKind.ORCA_WHIRLPOOL, source="derived")
DLMM = PoolPlace(address=DLMM_PAIR, kind=PoolKind.METEORA_DLMM, source="derived")
CPMM = PoolPlace(address=CPMM_POOL, kind=PoolKind.RAYDIUM_CPMM, source="derived")


def last_keys(node: RpcNode) -> set[str]:
    """Give the keys of the last call."""
    return set(node.requests[-1]["params"][0])


async def test_a_concentrated_pool_is_read_with_the_ticks_around_its_price() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        reading = await SolanaChain(rpc, [], HandClock()).read_pool(ORCA)
        assert f"{reading.price:.6g}" == "120.976"
        arrays = tick_array_addresses(WHIRLPOOL, -21123, 4, 3)
        assert set(arrays) <= last_keys(node)


async def test_a_pool_that_was_read_before_takes_one_round_trip_with_everything_fresh() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        chain = SolanaChain(rpc, [], HandClock())
        await chain.read_pools([CPMM])
        before = len(node.requests)
        node.slot += 3
        reading = await chain.read_pool(CPMM)
        assert reading.slot == node.slot
        assert len(node.requests) == before + 1
        owner, data = node.accounts[CPMM_POOL]
        needed = extra_accounts(CPMM_POOL, AccountBytes(owner=owner, data=data))
        assert last_keys(node) == {CPMM_POOL, *needed}


async def test_a_price_that_left_its_ticks_is_read_again_with_the_new_ones() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        chain = SolanaChain(rpc, [], HandClock())
        await chain.read_pool(ORCA)
        owner, data = node.accounts[WHIRLPOOL]
        node.accounts[WHIRLPOOL] = (owner, at_price_one(data))
        before = len(node.requests)
        reading = await chain.read_pool(ORCA)
        assert reading.curve.spot_units() == 1
        assert len(node.requests) == before + 2
        assert set(tick_array_addresses(WHIRLPOOL, 0, 4, 3)) <= last_keys(node)


async def test_what_is_no_pool_is_unreadable() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        chain = SolanaChain(rpc, [], HandClock())
        del node.accounts[CPMM_POOL]
        with pytest.raises(UnreadableAccount):
            await chain.read_pool(CPMM)
        owner, data = node.accounts[WHIRLPOOL]
        node.accounts[WHIRLPOOL] = (owner, data[:300])
        with pytest.raises(UnreadableAccount):
            await chain.read_pool(ORCA)


async def test_no_answer_is_unavailable() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        chain = SolanaChain(rpc, [], HandClock())
        await chain.read_pool(CPMM)
        node.manners = Manners(status=500, body=b"")
        with pytest.raises(Unavailable):
            await chain.read_pool(CPMM)


def at_price_one(data: bytes) -> bytes:
    """Give a Whirlpool's bytes with a square-root price of one, at tick 0."""
    return data[:65] + (1 << 64).to_bytes(16, "little") + bytes(4) + data[85:]


async def test_a_pair_that_opens_at_a_slot_is_closed_until_then() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        owner, data = node.accounts[DLMM_PAIR]
        gated = bytearray(data)
        gated[75], gated[86] = 2, 0  # a launch pair that opens by slot
        gated[816:824] = (node.slot + 5).to_bytes(8, "little")
        node.accounts[DLMM_PAIR] = (owner, bytes(gated))
        chain = SolanaChain(rpc, [], HandClock())
        assert (await chain.read_pool(DLMM)).halt == "not open yet"
        node.slot += 5
        assert (await chain.read_pool(DLMM)).halt is None
