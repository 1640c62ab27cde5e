"""A token is found by its mint alone: by derivation on chain, and by sources where they answer."""

import pytest
from structlog.testing import capture_logs

from bot.adapters.solana.addresses import metadata_address, pump_curve_address
from bot.adapters.solana.columns.column_book import ColumnBook
from bot.adapters.solana.discovery import Discovery
from bot.adapters.solana.pool_prices import PoolPrices
from bot.adapters.solana.solana_chain import SolanaChain
from bot.domain.errors import Unavailable
from bot.domain.identifiers import SOL_MINT, USDC_MINT, encode_address
from bot.domain.pools.reading import PoolKind
from bot.ports.chain import PoolPlace
from tests.builders.rpc_pools import build_pool
from tests.builders.solana_accounts import (
    AMM_V4_POOL,
    CLMM_POOL,
    CPMM_MINT,
    CPMM_POOL,
    CURVE,
    CURVE_MINT,
    DLMM_PAIR,
    PUMPSWAP_POOL,
    WHIRLPOOL,
    metaplex_metadata,
    put_token,
    serve_genuine,
    spl_mint,
)
from tests.fakes.hand_clock import HandClock
from tests.fakes.listed_pools import ListedPools
from tests.fakes.rpc_node import Manners, RpcNode, rpc_nodes

PUMPSWAP_MINT_OFFSET = 43


def listed(address: str, kind: PoolKind) -> PoolPlace:
    return PoolPlace(address=address, kind=kind, source="elsewhere")


AMM_V4 = listed(AMM_V4_POOL, PoolKind.RAYDIUM_AMM_V4)


async def test_a_bonding_curve_is_found_by_its_mint_in_two_calls() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        found = await SolanaChain(rpc, [], HandClock()).find_token(CURVE_MINT)
        assert found is not None
        assert (found.name, found.symbol) == ("START DEVVING WITH 30", "DENZA")
        assert [(pool.address, pool.base_mint) for pool in found.pools] == [(CURVE, CURVE_MINT)]
        assert f"{found.pools[0].price:.5e}" == "2.80146e-8"
        assert found.places == (
            PoolPlace(address=CURVE, kind=PoolKind.PUMPFUN_CURVE, source="derived"),
        )
        assert node.asked("getMultipleAccounts") == len(node.requests) == 2


async def test_a_cpmm_pool_is_found_by_its_mint() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        node.accounts[metadata_address(CPMM_MINT)] = metaplex_metadata(CPMM_MINT, "Bonk it", "BIT")
        found = await SolanaChain(rpc, [], HandClock()).find_token(CPMM_MINT)
        assert found is not None
        assert (found.name, found.symbol) == ("Bonk it", "BIT")
        assert [pool.address for pool in found.pools] == [CPMM_POOL]
        assert f"{1 / found.pools[0].price:.6g}" == "515.350"


async def test_sol_is_found_against_usdc_with_the_deepest_pool_first() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        chain = SolanaChain(rpc, [ListedPools(AMM_V4)], HandClock())
        for mint in (SOL_MINT, USDC_MINT):
            found = await chain.find_token(mint)
            assert found is not None
            assert [pool.address for pool in found.pools] == [
                WHIRLPOOL,
                AMM_V4_POOL,
                CLMM_POOL,
                DLMM_PAIR,
            ]
            assert {pool.base_mint for pool in found.pools} == {SOL_MINT}
            assert [place.source for place in found.places] == [
                "derived",
                "elsewhere",
                "derived",
                "derived",
            ]


async def test_a_completed_curve_is_replaced_by_its_pumpswap_pool() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        mint = put_completed_curve(node)
        found = await SolanaChain(rpc, [], HandClock()).find_token(mint)
        assert found is not None
        assert [pool.address for pool in found.pools] == [PUMPSWAP_POOL]
        assert f"{found.pools[0].price:.5e}" == "4.33773e-8"


async def test_a_completed_curve_alone_is_shown_as_halted() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        mint = put_completed_curve(node)
        del node.accounts[PUMPSWAP_POOL]
        found = await SolanaChain(rpc, [], HandClock()).find_token(mint)
        assert found is not None
        assert [pool.halt is not None for pool in found.pools] == [True]


@pytest.mark.parametrize("mint", ["", "BONK", "0" * 44, SOL_MINT + "1", "é" * 40])
async def test_what_is_no_address_is_no_token_and_nobody_is_asked(mint: str) -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        assert await SolanaChain(rpc, [], HandClock()).find_token(mint) is None
        assert node.requests == []


async def test_an_address_without_a_mint_is_no_token() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        chain = SolanaChain(rpc, [ListedPools(AMM_V4)], HandClock())
        assert await chain.find_token(AMM_V4_POOL) is None
        assert await chain.find_token(pump_curve_address(SOL_MINT)) is None


async def test_a_failing_source_does_not_fail_the_look_up() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        source = ListedPools(error=Unavailable("elsewhere", "HTTP 500"))
        found = await SolanaChain(rpc, [source], HandClock()).find_token(CPMM_MINT)
        assert found is not None
        assert len(found.pools) == 1


async def test_a_source_that_fails_again_and_again_is_told_once_and_counted() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        source, clock = ListedPools(error=Unavailable("elsewhere", "asked too often")), HandClock()
        chain = SolanaChain(rpc, [source], clock)
        with capture_logs() as lines:
            for _ in range(20):
                await chain.find_token(CPMM_MINT)
                clock.advance(1.0)
            source.error = None
            clock.advance(60.0)
            await chain.find_token(CPMM_MINT)
        told = [(line["event"], line["times"]) for line in lines if line.get("what") == "elsewhere"]
        assert told == [
            ("pair_source_failed", 1),
            ("pair_source_answers", {"elsewhere: asked too often": 20}),
        ]


async def test_a_hanging_source_is_not_waited_for_long() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        source = ListedPools()
        source.hangs = True
        clock = HandClock()
        prices = PoolPrices(rpc, clock, ColumnBook())
        discovery = Discovery(rpc, prices, [source], clock, sources_seconds=0.05)
        found = await discovery.find(CPMM_MINT)
        assert found is not None
        assert len(found.pools) == 1


async def test_a_source_that_lies_adds_nothing() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        source = ListedPools(
            AMM_V4,  # another token's pool
            listed(CPMM_MINT, PoolKind.RAYDIUM_CPMM),  # a mint
            listed(pump_curve_address(SOL_MINT), PoolKind.PUMPSWAP),  # nothing at all
            listed(CPMM_POOL, PoolKind.ORCA_WHIRLPOOL),  # the right pool by a wrong name
        )
        found = await SolanaChain(rpc, [source], HandClock()).find_token(CPMM_MINT)
        assert found is not None
        assert [(place.address, place.kind) for place in found.places] == [
            (CPMM_POOL, PoolKind.RAYDIUM_CPMM)
        ]


async def test_metadata_that_names_another_mint_is_not_believed() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        node.accounts[CPMM_MINT] = spl_mint()
        node.accounts[metadata_address(CPMM_MINT)] = metaplex_metadata(SOL_MINT, "Solana", "SOL")
        found = await SolanaChain(rpc, [], HandClock()).find_token(CPMM_MINT)
        assert found is not None
        assert (found.name, found.symbol, found.pools) == ("", "", ())


async def test_no_endpoint_at_all_is_unavailable() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        node.manners = Manners(status=503, body=b"")
        with pytest.raises(Unavailable):
            await SolanaChain(rpc, [ListedPools(AMM_V4)], HandClock()).find_token(CPMM_MINT)


def put_completed_curve(node: RpcNode) -> str:
    """Give the mint of the genuine PumpSwap pool a mint account and its completed curve."""
    pool = node.accounts[PUMPSWAP_POOL][1]
    mint = encode_address(pool[PUMPSWAP_MINT_OFFSET : PUMPSWAP_MINT_OFFSET + 32])
    put_token(node, mint, "Graduated", "GRAD")
    owner, data = node.accounts[CURVE]
    node.accounts[pump_curve_address(mint)] = (owner, data[:48] + b"\x01" + data[49:])
    return mint
