"""The network's costs: priority fees of recent blocks within bounds, rents, kept for a while."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.solana.network_costs import NetworkCostSettings, priority_fee_lamports
from bot.adapters.solana.solana_chain import SolanaChain
from bot.domain.errors import Unavailable
from bot.domain.identifiers import TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from tests.builders.rpc_pools import build_pool
from tests.fakes.hand_clock import HandClock
from tests.fakes.rpc_node import Manners, RpcNode, rpc_nodes

SETTINGS = NetworkCostSettings()
LAMPORTS_PER_BYTE = 5_080


def serve_costs(node: RpcNode, *fees: int) -> None:
    """Let a node answer for fees and rents."""
    node.results["getRecentPrioritizationFees"] = [
        {"slot": slot, "prioritizationFee": fee} for slot, fee in enumerate(fees, start=1)
    ]
    node.results["getMinimumBalanceForRentExemption"] = lambda size, _options: (
        (128 + size) * LAMPORTS_PER_BYTE
    )


async def test_costs_are_the_signature_the_priority_fee_and_the_rent_of_both_programs() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_costs(node, 0, 100_000, 200_000, 300_000, 9_000_000)
        costs = await SolanaChain(rpc, [], HandClock()).network_costs()
        assert costs.base_fee_lamports == 5_000
        assert costs.priority_fee_lamports == 300_000 * 200_000 // 10**6
        assert costs.rent_lamports == {
            TOKEN_PROGRAM: 293 * LAMPORTS_PER_BYTE,
            TOKEN_2022_PROGRAM: 298 * LAMPORTS_PER_BYTE,
        }
        assert costs.fee_lamports == 65_000


async def test_fees_are_kept_for_half_a_minute_and_rents_for_ten() -> None:
    clock = HandClock()
    async with rpc_nodes(1) as (node,), build_pool([node], clock=clock) as rpc:
        serve_costs(node, 0)
        chain = SolanaChain(rpc, [], clock)
        for seconds in (0, 29, 2, 600):
            clock.advance(seconds)
            await chain.network_costs()
        assert node.asked("getRecentPrioritizationFees") == 3
        assert node.asked("getMinimumBalanceForRentExemption") == 2 * 2


async def test_a_node_without_fee_figures_costs_the_floor() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_costs(node)
        del node.results["getRecentPrioritizationFees"]
        costs = await SolanaChain(rpc, [], HandClock()).network_costs()
        assert costs.priority_fee_lamports == SETTINGS.floor_lamports


@pytest.mark.parametrize("fees", [{"a": 1}, [{"prioritizationFee": "7"}], [None], [{"slot": 1}]])
async def test_garbled_fees_are_unavailable(fees: object) -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_costs(node)
        node.results["getRecentPrioritizationFees"] = fees
        with pytest.raises(Unavailable):
            await SolanaChain(rpc, [], HandClock()).network_costs()


async def test_no_endpoint_is_unavailable() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        node.manners = Manners(status=500, body=b"")
        with pytest.raises(Unavailable):
            await SolanaChain(rpc, [], HandClock()).network_costs()


@given(st.lists(st.integers(0, 2**64 - 1), max_size=150))
def test_the_priority_fee_stays_within_its_bounds(fees: list[int]) -> None:
    fee = priority_fee_lamports(fees, SETTINGS)
    assert SETTINGS.floor_lamports <= fee <= SETTINGS.cap_lamports


def test_the_priority_fee_is_rounded_up() -> None:
    settings = NetworkCostSettings(compute_units=3, floor_lamports=0)
    assert priority_fee_lamports([333_334], settings) == 2
