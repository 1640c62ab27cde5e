"""What nodes pass on lands, late or never, and a node can be wrong about it."""

import base64
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from solders.keypair import Keypair
from solders.transaction import VersionedTransaction

from bot.sandbox.solana_rpc.faults import EndpointFaults
from bot.sandbox.solana_rpc.landing import LandingFaults, read_landing_faults
from tests.sandbox.solana_fixtures import SOL, Node, running_node, sol_transfer, still_chain

SKIPPING = {"encoding": "base64", "skipPreflight": True}


@pytest_asyncio.fixture
async def node() -> AsyncIterator[Node]:
    async with running_node(still_chain()) as running:
        yield running


async def sent(node: Node) -> VersionedTransaction:
    payer = Keypair()
    node.chain.airdrop(payer.pubkey(), 2 * SOL)
    transaction = sol_transfer(node.chain, payer, Keypair().pubkey(), SOL)
    await again(node, transaction)
    return transaction


async def again(node: Node, transaction: VersionedTransaction) -> dict[str, object]:
    text = base64.b64encode(bytes(transaction)).decode()
    answered: dict[str, object] = await node.call("sendTransaction", text, SKIPPING)
    return answered


async def status(node: Node, transaction: VersionedTransaction, **config: object) -> str | None:
    signature = str(transaction.signatures[0])
    (found,) = (await node.result("getSignatureStatuses", [signature], config))["value"]
    return None if found is None else str(found["confirmationStatus"])


async def test_a_dropped_transaction_is_never_seen_until_it_is_sent_again(node: Node) -> None:
    node.chain.landing.faults = LandingFaults(drop=True)
    transaction = await sent(node)
    node.chain.advance(10)
    assert await status(node, transaction) is None
    node.chain.landing.faults = LandingFaults()
    await again(node, transaction)
    assert await status(node, transaction) == "processed"


async def test_one_may_land_in_the_last_block_that_it_is_good_for(node: Node) -> None:
    node.chain.landing.faults = LandingFaults(last_block=True)
    began = node.chain.slot
    transaction = await sent(node)
    node.chain.advance(149)
    assert await status(node, transaction) is None
    node.chain.advance(30)  # nobody looked when its time came
    assert await status(node, transaction) == "confirmed"
    assert node.chain.transactions[str(transaction.signatures[0])].slot == began + 150


async def test_a_fork_is_seen_for_a_while_and_was_never(node: Node) -> None:
    node.chain.landing.faults = LandingFaults(fork=True)
    transaction = await sent(node)
    assert await status(node, transaction) == "processed"
    node.chain.advance(3)
    assert await status(node, transaction) == "processed"
    node.chain.advance(1)
    assert await status(node, transaction) is None
    assert str(transaction.signatures[0]) not in node.chain.transactions
    await again(node, transaction)
    assert await status(node, transaction) == "processed"
    assert str(transaction.signatures[0]) in node.chain.transactions


async def test_old_signatures_are_known_to_the_history_alone(node: Node) -> None:
    transaction = await sent(node)
    node.chain.advance(400)
    assert await status(node, transaction) is None
    assert await status(node, transaction, searchTransactionHistory=True) == "finalized"


async def test_a_node_may_say_error_and_pass_it_on_or_accept_and_drop(node: Node) -> None:
    node.endpoint.faults = EndpointFaults(send_error=True)
    transaction = await sent(node)
    assert "error" in await again(node, transaction)
    assert await status(node, transaction) == "processed"
    node.endpoint.faults = EndpointFaults(send_drop=True)
    assert await status(node, await sent(node)) is None


async def test_a_node_may_be_silent_blind_or_ahead_of_itself(node: Node) -> None:
    transaction = await sent(node)
    signature = str(transaction.signatures[0])
    node.endpoint.faults = EndpointFaults(statuses_down=True)
    assert "error" in await node.call("getSignatureStatuses", [signature])
    assert "error" in await node.call("getTransaction", signature)
    node.endpoint.faults = EndpointFaults(statuses_blind=True)
    assert await status(node, transaction, searchTransactionHistory=True) is None
    true = await node.result("getBlockHeight")
    node.endpoint.faults = EndpointFaults(ahead_blocks=7)
    assert await node.result("getBlockHeight") == true + 7
    assert (await node.result("getEpochInfo"))["blockHeight"] == true + 7


@pytest.mark.parametrize("body", [[], {"drop": 1}, {"delay_slots": -1}, {"melt": True}])
def test_switches_that_are_none_are_refused(body: object) -> None:
    with pytest.raises(ValueError, match=r"some of|does not take"):
        read_landing_faults(body)
