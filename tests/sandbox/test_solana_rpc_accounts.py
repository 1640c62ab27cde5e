"""The node answers accounts as a mainnet node does."""

import base64
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from solana.rpc.commitment import Confirmed, Processed
from solders.pubkey import Pubkey

from bot.sandbox.solana_rpc.chain import NATIVE_MINT, TOKEN_PROGRAM
from tests.sandbox.solana_fixtures import Node, running_node, still_chain

OWNER = Pubkey.from_string("CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C")


@pytest_asyncio.fixture
async def node() -> AsyncIterator[Node]:
    async with running_node(still_chain()) as running:
        yield running


async def test_native_mint_is_there_as_on_mainnet(node: Node) -> None:
    supply = await node.client.get_token_supply(NATIVE_MINT)
    assert supply.value.decimals == 9


async def test_accounts_keep_the_order_asked_and_gaps_are_null(node: Node) -> None:
    address = Pubkey.new_unique()
    node.chain.place(address, OWNER, b"pool")
    answer = await node.client.get_multiple_accounts(
        [address, Pubkey.new_unique(), address], commitment=Confirmed
    )
    assert [each.data if each else None for each in answer.value] == [b"pool", None, b"pool"]
    assert answer.value[0].owner == OWNER


async def test_rent_is_the_configured_price_a_byte(node: Node) -> None:
    answer = await node.client.get_minimum_balance_for_rent_exemption(165)
    assert answer.value == 293 * 5_080


async def test_a_slice_of_the_data_leaves_the_space_whole(node: Node) -> None:
    address = Pubkey.new_unique()
    node.chain.place(address, OWNER, bytes(range(100)))
    config = {"encoding": "base64", "dataSlice": {"offset": 10, "length": 3}}
    answer = await node.result("getMultipleAccounts", [str(address)], config)
    assert base64.b64decode(answer["value"][0]["data"][0]) == bytes([10, 11, 12])
    assert answer["value"][0]["space"] == 100


async def test_more_than_a_hundred_addresses_are_refused(node: Node) -> None:
    answer = await node.call("getMultipleAccounts", [str(NATIVE_MINT)] * 101)
    assert answer["error"] == {"code": -32602, "message": "Too many inputs provided; max 100"}


async def test_a_context_slot_in_the_future_is_refused_with_the_slot_reached(node: Node) -> None:
    config = {"minContextSlot": node.chain.slot + 1, "commitment": "processed"}
    answer = await node.call("getAccountInfo", str(NATIVE_MINT), config)
    assert answer["error"]["code"] == -32016
    assert answer["error"]["data"] == {"contextSlot": node.chain.slot}


@pytest.mark.parametrize(
    ("method", "parameters", "code"),
    [
        ("getAccountInfo", ["not an address"], -32602),
        ("getAccountInfo", [], -32602),
        ("getAccountInfo", [str(NATIVE_MINT), {"encoding": "base64+zstd"}], -32602),
        ("getAccountInfo", [str(NATIVE_MINT), {"commitment": "soon"}], -32602),
        ("getMultipleAccounts", ["x"], -32602),
        ("getMultipleAccounts", [[1]], -32602),
        ("getMinimumBalanceForRentExemption", [-1], -32602),
        ("getTokenAccountBalance", [str(NATIVE_MINT)], -32602),
        ("sendTransaction", ["AAAA", {"encoding": "base64"}], -32602),
        ("getSignatureStatuses", [["x"]], -32602),
        ("getNothing", [], -32601),
    ],
)
async def test_what_does_not_fit_is_refused_by_code(
    node: Node, method: str, parameters: list[object], code: int
) -> None:
    assert (await node.call(method, *parameters))["error"]["code"] == code


async def test_broken_json_and_batches_are_answered_as_json_rpc_says(node: Node) -> None:
    async with node.http.post(node.url, data=b"{") as response:
        assert (await response.json())["error"]["code"] == -32700
    one = {"jsonrpc": "2.0", "id": "a", "method": "getHealth"}
    async with node.http.post(node.url, json=[one, {"id": "b"}]) as response:
        first, second = await response.json()
    assert first == {"jsonrpc": "2.0", "id": "a", "result": "ok"}
    assert second["error"]["code"] == -32600


async def test_slots_blocks_and_epochs_move_together(node: Node) -> None:
    before = (await node.client.get_slot(Processed)).value
    height = (await node.client.get_block_height(Processed)).value
    node.chain.advance(10)
    assert (await node.client.get_slot(Processed)).value == before + 10
    assert (await node.client.get_block_height(Processed)).value == height + 10
    epoch = (await node.client.get_epoch_info(Processed)).value
    assert epoch.absolute_slot == before + 10
    assert (await node.client.get_slot(Confirmed)).value == before + 9


async def test_a_write_is_seen_by_each_commitment_in_its_turn(node: Node) -> None:
    address = Pubkey.new_unique()
    node.chain.place(address, OWNER, b"old")
    node.chain.advance(40)
    node.chain.place(address, OWNER, b"new")

    async def seen() -> list[bytes]:
        answers = [
            await node.client.get_account_info(address, commitment)
            for commitment in (Processed, Confirmed, None)
        ]
        return [answer.value.data for answer in answers]

    assert await seen() == [b"new", b"old", b"old"]
    node.chain.advance(1)
    assert await seen() == [b"new", b"new", b"old"]
    node.chain.advance(31)
    assert await seen() == [b"new", b"new", b"new"]


async def test_token_accounts_are_found_by_owner_and_program(node: Node) -> None:
    holder, address = Pubkey.new_unique(), Pubkey.new_unique()
    data = bytes(NATIVE_MINT) + bytes(holder) + (7).to_bytes(8, "little") + bytes(93)
    node.chain.place(address, TOKEN_PROGRAM, data)
    found = await node.result(
        "getTokenAccountsByOwner",
        str(holder),
        {"programId": str(TOKEN_PROGRAM)},
        {"encoding": "base64", "commitment": "processed"},
    )
    assert [each["pubkey"] for each in found["value"]] == [str(address)]
    balance = await node.client.get_token_account_balance(address, Processed)
    assert balance.value.amount == "7"
    assert balance.value.ui_amount_string == "0.000000007"


async def test_the_identity_of_the_chain_is_not_mainnets(node: Node) -> None:
    genesis = await node.result("getGenesisHash")
    assert genesis != "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"
    assert "solana-core" in await node.result("getVersion")
    fees = await node.result("getRecentPrioritizationFees", [])
    assert len(fees) == 150
