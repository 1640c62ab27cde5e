"""A round reads pools into columns, leaves to the decoders what is theirs, and loses no price."""

from dataclasses import replace

import orjson
import pytest

from bot.adapters.solana.solana_chain import SolanaChain
from bot.domain.pools.reading import PoolKind, PoolReading
from bot.ports.chain import PoolPlace
from bot.ports.price_columns import PoolsRead
from tests.builders.rpc_pools import build_pool
from tests.builders.solana_accounts import (
    AMM_V4_POOL,
    CPMM_MINT,
    CPMM_POOL,
    CURVE,
    CURVE_MINT,
    PUMPSWAP_POOL,
    WHIRLPOOL,
    serve_genuine,
    with_amount,
)
from tests.fakes.hand_clock import HandClock
from tests.fakes.rpc_node import RpcNode, as_json, rpc_nodes

AMM_V4_QUOTE_VAULT = "HLmqeL62xR1QoZ1HKKbXRrdN1p3phKpxRMb2VVopvBBz"


def place(address: str, kind: PoolKind, mint: str | None = None) -> PoolPlace:
    return PoolPlace(address=address, kind=kind, source="derived", mint=mint)


ALL = [
    place(AMM_V4_POOL, PoolKind.RAYDIUM_AMM_V4),
    place(CPMM_POOL, PoolKind.RAYDIUM_CPMM, CPMM_MINT),
    place(WHIRLPOOL, PoolKind.ORCA_WHIRLPOOL),
    place(PUMPSWAP_POOL, PoolKind.PUMPSWAP),
    place(CURVE, PoolKind.PUMPFUN_CURVE, CURVE_MINT),
]


def in_columns(read: PoolsRead) -> dict[str, float]:
    """Give the prices in columns by address."""
    pairs = zip(read.columns.positions.tolist(), read.columns.prices.tolist(), strict=True)
    return {ALL[position].address: price for position, price in pairs}


async def settled(chain: SolanaChain) -> dict[str, float]:
    """Read twice: what was read whole is in columns the second time."""
    first = await chain.read_round(ALL)
    assert (len(first.columns.positions), len(first.readings)) == (0, len(ALL))
    second = await chain.read_round(ALL)
    assert second.readings == {}
    return in_columns(second)


def flip(node: RpcNode, address: str, at: int, value: bytes) -> None:
    owner, data = node.accounts[address]
    node.accounts[address] = (owner, data[:at] + value + data[at + len(value) :])


def exact(reading: PoolReading | None) -> float:
    assert reading is not None
    price = float(reading.price)
    # Columns price tokens in SOL; the genuine deep pools have SOL as their base.
    return 1 / price if reading.quote_decimals == 6 else price


async def test_the_second_round_is_in_columns_and_says_the_same() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        chain = SolanaChain(rpc, [], HandClock())
        prices = await settled(chain)
        read = await chain.read_round(ALL)
        assert set(prices) == {each.address for each in ALL}
        for address, price in prices.items():
            assert price == pytest.approx(exact(read.reading_of(address)), rel=1e-12)
        assert set(read.columns.slots.tolist()) == {node.slot}


async def test_a_price_in_columns_follows_its_vault_and_so_does_its_reading() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        chain = SolanaChain(rpc, [], HandClock())
        before = await settled(chain)
        vault = node.accounts[AMM_V4_QUOTE_VAULT]
        node.accounts[AMM_V4_QUOTE_VAULT] = with_amount(
            vault, 2 * int.from_bytes(vault[1][64:72], "little")
        )
        node.slot += 1
        read = await chain.read_round(ALL)
        after = in_columns(read)
        assert after[AMM_V4_POOL] == pytest.approx(before[AMM_V4_POOL] / 2, rel=1e-4)
        reading = read.reading_of(AMM_V4_POOL)
        assert after[AMM_V4_POOL] == pytest.approx(exact(reading), rel=1e-12)
        assert reading is not None
        assert reading.slot == node.slot


async def test_a_pool_that_is_switched_off_is_read_whole_and_says_so() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        chain = SolanaChain(rpc, [], HandClock())
        await settled(chain)
        flip(node, CPMM_POOL, 329, b"\x04")
        node.slot += 1
        for _ in range(2):
            read = await chain.read_round(ALL)
            assert CPMM_POOL not in in_columns(read)
            assert read.readings[CPMM_POOL].halt == "swaps off"
        flip(node, CPMM_POOL, 329, b"\x00")
        await chain.read_round(ALL)
        assert CPMM_POOL in in_columns(await chain.read_round(ALL))


async def test_a_pool_that_is_gone_is_left_out_and_its_last_price_stays_known() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        chain = SolanaChain(rpc, [], HandClock())
        prices = await settled(chain)
        gone = node.accounts.pop(PUMPSWAP_POOL)
        node.slot += 1
        for _ in range(2):
            read = await chain.read_round(ALL)
            assert PUMPSWAP_POOL not in {*in_columns(read), *read.readings}
            last = read.reading_of(PUMPSWAP_POOL)
            assert last is not None
            assert (exact(last), last.slot) == (pytest.approx(prices[PUMPSWAP_POOL]), node.slot - 1)
        node.accounts[PUMPSWAP_POOL] = gone
        await chain.read_round(ALL)
        assert PUMPSWAP_POOL in in_columns(await chain.read_round(ALL))


async def test_an_account_of_another_owner_or_length_is_not_priced_as_it_was() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        chain = SolanaChain(rpc, [], HandClock())
        await settled(chain)
        owner, data = node.accounts[CPMM_POOL]
        for spoilt in ((owner, data + b"\0\0\0"), (CPMM_POOL, data), (owner, data[:-3])):
            node.accounts[CPMM_POOL] = spoilt
            node.slot += 1
            assert CPMM_POOL not in in_columns(await chain.read_round(ALL))


async def test_garbled_text_costs_no_price_and_no_round() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        chain = SolanaChain(rpc, [], HandClock())
        prices = await settled(chain)
        entries = [as_json(node.accounts[key]) for key in (CURVE,)]
        entries[0]["data"] = ["!" * len(str(entries[0]["data"][0])), "base64"]  # type: ignore[index]
        node.manners = replace(node.manners, body=_answer(node.slot + 1, entries))
        only = [ALL[-1]]
        read = await chain.read_round(only)
        assert len(read.columns.positions) == 0
        node.manners = replace(node.manners, body=None)
        node.slot += 2
        again = await chain.read_round(only)
        assert again.columns.prices.tolist() == [prices[CURVE]]


def _answer(slot: int, entries: list[dict[str, object]]) -> bytes:
    result = {"context": {"slot": slot}, "value": entries}
    return orjson.dumps({"jsonrpc": "2.0", "id": 1, "result": result})


async def test_what_hardly_ever_changes_is_asked_for_again_after_ten_minutes() -> None:
    clock = HandClock()
    async with rpc_nodes(1) as (node,), build_pool([node], clock=clock) as rpc:
        serve_genuine(node)
        chain = SolanaChain(rpc, [], clock)
        await settled(chain)
        clock.advance(601)
        renewed = await chain.read_round(ALL)
        assert {AMM_V4_POOL} <= set(in_columns(renewed)), "it has nothing that stands"
        assert CPMM_POOL in renewed.readings
        assert set(in_columns(await chain.read_round(ALL))) == {each.address for each in ALL}
