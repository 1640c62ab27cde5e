"""Transactions sent to the node really happen in LiteSVM, once."""

import base64
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from solana.rpc.commitment import Processed
from solana.rpc.core import RPCException
from solana.rpc.models import TxOpts
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction
from solders.transaction_status import TransactionConfirmationStatus

from bot.sandbox.solana_rpc.dispatch import answer
from bot.sandbox.solana_rpc.endpoint import Endpoint
from tests.builders.examples import examples
from tests.sandbox.solana_fixtures import SOL, Node, running_node, sol_transfer, still_chain

AT_TIP = TxOpts(preflight_commitment=Processed)
BASE64 = {"encoding": "base64"}
CHAIN = still_chain()
FUNDED = Keypair.from_seed(bytes(32))
CHAIN.airdrop(FUNDED.pubkey(), SOL)


@pytest_asyncio.fixture
async def node() -> AsyncIterator[Node]:
    async with running_node(still_chain()) as running:
        yield running


@pytest_asyncio.fixture
async def payer(node: Node) -> Keypair:
    keypair = Keypair()
    await node.client.request_airdrop(keypair.pubkey(), 10 * SOL)
    return keypair


async def balance(node: Node, keypair: Keypair) -> int:
    return (await node.client.get_balance(keypair.pubkey(), Processed)).value


async def test_a_transfer_moves_lamports_and_costs_the_fee(node: Node, payer: Keypair) -> None:
    to = Keypair()
    transaction = sol_transfer(node.chain, payer, to.pubkey(), SOL)
    sent = await node.client.send_transaction(transaction, AT_TIP)
    assert await balance(node, to) == SOL
    assert await balance(node, payer) == 9 * SOL - 5_000
    status = (await node.client.get_signature_statuses([sent.value])).value[0]
    assert status.confirmation_status == TransactionConfirmationStatus.Processed
    node.chain.advance(32)
    status = (await node.client.get_signature_statuses([sent.value])).value[0]
    assert status.confirmation_status == TransactionConfirmationStatus.Finalized


async def test_a_transfer_signed_with_the_clients_own_blockhash_lands(
    node: Node, payer: Keypair
) -> None:
    latest = (await node.client.get_latest_blockhash(Processed)).value
    processed = {"commitment": "processed"}
    valid = await node.result("isBlockhashValid", str(latest.blockhash), processed)
    assert valid["value"] is True
    height = (await node.client.get_block_height(Processed)).value
    assert latest.last_valid_block_height == height + 150
    transaction = sol_transfer(node.chain, payer, Keypair().pubkey(), SOL)
    assert transaction.message.recent_blockhash == latest.blockhash
    await node.client.send_transaction(transaction, AT_TIP)


async def test_the_same_bytes_sent_twice_move_money_once(node: Node, payer: Keypair) -> None:
    to = Keypair()
    transaction = sol_transfer(node.chain, payer, to.pubkey(), SOL)
    await node.client.send_transaction(transaction, AT_TIP)
    with pytest.raises(RPCException):
        await node.client.send_transaction(transaction, AT_TIP)
    skipping = TxOpts(skip_preflight=True, preflight_commitment=Processed)
    again = await node.client.send_transaction(transaction, skipping)
    assert again.value == transaction.signatures[0]
    assert await balance(node, to) == SOL


async def test_a_transaction_with_an_expired_blockhash_never_lands(
    node: Node, payer: Keypair
) -> None:
    to = Keypair()
    transaction = sol_transfer(node.chain, payer, to.pubkey(), SOL)
    node.chain.advance(151)
    config = {"encoding": "base64", "preflightCommitment": "processed"}
    answer = await node.call(
        "sendTransaction", base64.b64encode(bytes(transaction)).decode(), config
    )
    assert answer["error"]["code"] == -32002
    assert answer["error"]["data"]["err"] == "BlockhashNotFound"
    skipping = TxOpts(skip_preflight=True, preflight_commitment=Processed)
    await node.client.send_transaction(transaction, skipping)
    assert await balance(node, to) == 0


async def test_an_overdraft_is_refused_before_it_costs_anything(node: Node, payer: Keypair) -> None:
    transaction = sol_transfer(node.chain, payer, Keypair().pubkey(), 100 * SOL)
    config = {"encoding": "base64", "preflightCommitment": "processed"}
    answer = await node.call(
        "sendTransaction", base64.b64encode(bytes(transaction)).decode(), config
    )
    assert answer["error"]["code"] == -32002
    assert answer["error"]["data"]["err"] == {"InstructionError": [0, {"Custom": 1}]}
    assert await balance(node, payer) == 10 * SOL


async def test_an_overdraft_without_preflight_lands_as_a_failure_and_costs_the_fee(
    node: Node, payer: Keypair
) -> None:
    transaction = sol_transfer(node.chain, payer, Keypair().pubkey(), 100 * SOL)
    skipping = TxOpts(skip_preflight=True, preflight_commitment=Processed)
    sent = await node.client.send_transaction(transaction, skipping)
    status = (await node.client.get_signature_statuses([sent.value])).value[0]
    assert status.err is not None
    assert await balance(node, payer) == 10 * SOL - 5_000


async def test_a_forged_signature_is_refused(node: Node, payer: Keypair) -> None:
    transaction = sol_transfer(node.chain, payer, Keypair().pubkey(), SOL)
    forged = bytes([1]) + bytes(Signature.new_unique()) + bytes(transaction)[65:]
    config = {"encoding": "base64", "preflightCommitment": "processed"}
    answer = await node.call("sendTransaction", base64.b64encode(forged).decode(), config)
    assert answer["error"]["code"] == -32003


async def test_a_simulation_tells_units_and_changes_nothing(node: Node, payer: Keypair) -> None:
    transaction = sol_transfer(node.chain, payer, Keypair().pubkey(), SOL)
    simulated = (await node.client.simulate_transaction(transaction, commitment=Processed)).value
    assert simulated.err is None
    assert simulated.units_consumed == 150
    assert await balance(node, payer) == 10 * SOL


@pytest.mark.parametrize("encoding", ["base64", "json"])
async def test_a_landed_transaction_is_found_with_its_balances(
    node: Node, payer: Keypair, encoding: str
) -> None:
    transaction = sol_transfer(node.chain, payer, Keypair().pubkey(), SOL)
    sent = await node.client.send_transaction(transaction, AT_TIP)
    node.chain.advance(1)
    found = await node.client.get_transaction(sent.value, encoding, "confirmed", 0)
    meta = found.value.transaction.meta
    assert meta.fee == 5_000
    assert meta.pre_balances[0] - meta.post_balances[0] == SOL + 5_000
    unknown = await node.client.get_transaction(Signature.new_unique(), encoding, "confirmed", 0)
    assert unknown.value is None


async def test_an_unsigned_transaction_may_be_simulated_but_not_sent(
    node: Node, payer: Keypair
) -> None:
    to = Keypair()
    signed = sol_transfer(node.chain, payer, to.pubkey(), SOL)
    unsigned = VersionedTransaction.populate(signed.message, [Signature.default()])
    simulated = await node.client.simulate_transaction(unsigned, commitment=Processed)
    assert simulated.value.err is None
    with pytest.raises(RPCException):
        await node.client.send_transaction(unsigned, AT_TIP)
    skipping = TxOpts(skip_preflight=True, preflight_commitment=Processed)
    await node.client.send_transaction(unsigned, skipping)
    assert await balance(node, to) == 0


async def test_the_faucet_pays_the_same_person_twice_but_not_more_than_it_has(node: Node) -> None:
    to = Keypair()
    for _ in range(2):
        await node.client.request_airdrop(to.pubkey(), SOL)
    assert await balance(node, to) == 2 * SOL
    refused = await node.call("requestAirdrop", str(to.pubkey()), 2**63)
    assert refused["error"]["code"] == -32603


@settings(max_examples=examples(40), deadline=None)
@given(changes=st.lists(st.tuples(st.integers(0, 210), st.integers(0, 255)), max_size=3))
def test_a_mangled_transaction_is_answered_whatever_it_is(changes: list[tuple[int, int]]) -> None:
    raw = bytearray(bytes(sol_transfer(CHAIN, FUNDED, Pubkey.default(), 1)))
    for position, value in changes:
        raw[position % len(raw)] = value
    text = base64.b64encode(bytes(raw)).decode()
    for method in ("sendTransaction", "simulateTransaction"):
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": [text, BASE64]}
        answered = json.loads(answer(Endpoint(name="node", chain=CHAIN), json.dumps(body).encode()))
        assert ("result" in answered) != ("error" in answered)
