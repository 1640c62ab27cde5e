"""Accounts are read in calls of at most 100 keys that keep related keys together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.solana.account_batches import MOST_KEYS, pack
from bot.domain.errors import Unavailable
from tests.builders.rpc_pools import build_pool
from tests.fakes.rpc_node import Manners, rpc_nodes


@given(
    st.lists(
        st.lists(st.integers(0, 400).map(str), min_size=1, max_size=30, unique=True), max_size=80
    )
)
def test_every_group_is_whole_in_one_batch_of_at_most_a_hundred_keys(
    groups: list[list[str]],
) -> None:
    batches = list(pack(groups))
    assert [index for batch in batches for index in batch.groups] == list(range(len(groups)))
    for batch in batches:
        assert len(batch.keys) == len(set(batch.keys)) <= MOST_KEYS
        for index in batch.groups:
            assert set(groups[index]) <= set(batch.keys)


async def test_pools_and_their_vaults_come_from_one_slot() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as pool:
        groups = [(f"pool{i}", f"vault{i}a", f"vault{i}b") for i in range(70)]
        answers = await pool.read_groups(groups)
        sent = [request["params"][0] for request in node.requests]
        assert [len(keys) for keys in sent] == [99, 99, 12]
        assert all(answer is not None and answer.slot == node.slot for answer in answers)
        for keys in sent:
            assert {key for key in keys if key.startswith("vault")} == {
                f"vault{key[4:]}{side}" for key in keys if key.startswith("pool") for side in "ab"
            }


async def test_missing_accounts_are_none_and_order_and_duplicates_do_not_matter() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as pool:
        node.accounts["here"] = ("owner", b"abc")
        answer = await pool.get_multiple_accounts(["gone", "here", "here", "gone"])
        assert answer.accounts["gone"] is None
        here = answer.accounts["here"]
        assert here is not None
        assert (here.owner, here.data, here.lamports) == ("owner", b"abc", 1)
        assert node.requests[0]["params"][0] == ["gone", "here"]


async def test_a_failed_batch_leaves_the_others_usable() -> None:
    async with rpc_nodes(2) as nodes, build_pool(nodes) as pool:
        for node in nodes:
            node.manners = Manners(refuses_when=lambda asked: "key150" in asked["params"][0])
        keys = [f"key{i}" for i in range(250)]
        answer = await pool.get_multiple_accounts(keys)
        assert set(keys) - set(answer.accounts) == {f"key{i}" for i in range(100, 200)}


async def test_a_batch_that_fails_on_one_endpoint_is_answered_by_the_other() -> None:
    async with rpc_nodes(2) as nodes, build_pool(nodes) as pool:
        nodes[0].manners = Manners(refuses_when=lambda asked: "key150" in asked["params"][0])
        keys = [f"key{i}" for i in range(250)]
        answer = await pool.get_multiple_accounts(keys)
        assert set(answer.accounts) == set(keys)
        assert nodes[1].requests


async def test_nothing_readable_at_all_is_unavailable() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as pool:
        node.manners = Manners(status=500, body=b"")
        with pytest.raises(Unavailable):
            await pool.get_multiple_accounts([f"key{i}" for i in range(150)])


async def test_no_addresses_ask_nothing() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as pool:
        assert (await pool.get_multiple_accounts([])).accounts == {}
        assert node.requests == []


async def test_reads_are_at_commitment_confirmed_and_in_base64() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as pool:
        await pool.get_multiple_accounts(["key"])
        await pool.get_multiple_accounts(["key"])
        first, second = (request["params"][1] for request in node.requests)
        assert first == {"commitment": "confirmed", "encoding": "base64"}
        assert second == {**first, "minContextSlot": node.slot}
