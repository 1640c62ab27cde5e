"""The chain's own time dates slots, and shows when all nodes fall behind together."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.solana.chain_time import CLOCK_ACCOUNT, ChainTime, read_clock
from bot.adapters.solana.pools.account import AccountBytes
from bot.domain.errors import UnreadableAccount
from tests.builders.rpc_pools import build_pool
from tests.fakes.hand_clock import HandClock
from tests.fakes.rpc_node import RpcNode, rpc_nodes

NINE = 1_795_251_600


def show(node: RpcNode, slot: int, unix_seconds: int) -> None:
    numbers = (slot, NINE, 900, 901, unix_seconds)
    data = b"".join(number.to_bytes(8, "little") for number in numbers)
    node.slot = slot
    node.accounts[CLOCK_ACCOUNT] = ("Sysvar" + "1" * 37, data)


async def test_slots_are_dated_by_the_pace_that_was_seen() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        clock = HandClock()
        time = ChainTime(rpc, clock)
        assert (time.at(100), time.lag_seconds()) == (None, 0.0)
        show(node, 1_000, NINE)
        await time.read()
        assert time.at(1_000) == datetime.fromtimestamp(NINE, UTC)
        clock.advance(40)
        show(node, 1_200, NINE + 40)
        await time.read()
        assert time.at(1_100) == datetime.fromtimestamp(NINE + 20, UTC)
        assert time.at(0) is None


async def test_a_chain_whose_time_passes_slower_than_ours_lags() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        clock = HandClock()
        time = ChainTime(rpc, clock)
        for turn in range(4):
            show(node, 1_000 + 100 * turn, NINE + 10 * turn)
            await time.read()
            assert time.lag_seconds() == 20 * turn
            clock.advance(30)
        # It catches up again, and a time that leaps ahead is no lag.
        show(node, 2_000, NINE + 500)
        await time.read()
        assert time.lag_seconds() == 0


async def test_an_older_slot_and_a_missing_account_change_nothing() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        time = ChainTime(rpc, HandClock())
        await time.read()
        assert time.at(5) is None
        show(node, 1_000, NINE)
        await time.read()
        show(node, 1_000, NINE - 999)
        await time.read()
        assert time.at(1_000) == datetime.fromtimestamp(NINE, UTC)


@given(st.binary(max_size=64))
def test_no_bytes_raise_anything_but_unreadable(data: bytes) -> None:
    try:
        read_clock(AccountBytes(owner="x", data=data))
    except UnreadableAccount:
        return
    assert len(data) >= 40


def test_no_account_is_unreadable() -> None:
    with pytest.raises(UnreadableAccount):
        read_clock(None)
