"""Who holds the market's tokens and LP tokens, and the node that tells it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from solders.pubkey import Pubkey

from bot.sandbox.market.holders import LpPool
from bot.sandbox.market.layouts.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from bot.sandbox.market.market import Market
from tests.sandbox.solana_fixtures import Node, running_node, still_chain


@pytest_asyncio.fixture
async def market_node() -> AsyncIterator[tuple[Market, Node]]:
    async with running_node(still_chain()) as node:
        yield Market(node.chain, seed=7), node


def holdings(node: Node, mint: Pubkey) -> dict[Pubkey, int]:
    """Every account of a mint with its amount."""
    return {
        address: int.from_bytes(account.data[64:72], "little")
        for program in (TOKEN_PROGRAM, TOKEN_2022_PROGRAM)
        for address, account in node.chain.program_accounts(program)
        if len(account.data) >= 165 and account.data[:32] == bytes(mint)
    }


def supply_of(node: Node, mint: Pubkey) -> int:
    account = node.chain.account(mint)
    assert account is not None
    return int.from_bytes(account.data[36:44], "little")


async def test_nobody_holds_more_of_a_token_than_there_is(
    market_node: tuple[Market, Node],
) -> None:
    market, node = market_node
    for token in market.tokens()[1:]:
        held = holdings(node, token.mint)
        assert len(held) > 10, token.symbol
        assert sum(held.values()) <= supply_of(node, token.mint), token.symbol


async def test_a_node_tells_the_twenty_largest_in_order(market_node: tuple[Market, Node]) -> None:
    market, node = market_node
    oak = next(token for token in market.tokens() if token.symbol == "OAK")
    told = (await node.result("getTokenLargestAccounts", str(oak.mint)))["value"]
    amounts = [int(each["amount"]) for each in told]
    assert len(amounts) == 20
    assert amounts == sorted(holdings(node, oak.mint).values(), reverse=True)[:20]
    assert {each["decimals"] for each in told} == {6}
    assert told[0]["uiAmountString"] == f"{amounts[0] / 10**6:.6f}".rstrip("0").rstrip(".")


async def test_what_is_no_mint_has_no_holders(market_node: tuple[Market, Node]) -> None:
    market, node = market_node
    vault = market.tokens()[1].pools[0].vaults[0]
    for address in (Pubkey.new_unique(), vault, TOKEN_PROGRAM):
        answer = await node.call("getTokenLargestAccounts", str(address))
        assert answer["error"]["code"] == -32602


@pytest.mark.parametrize(("symbol", "burned"), [("OAK", True), ("BOSS", False)])
async def test_lp_tokens_are_burned_or_held(
    market_node: tuple[Market, Node], symbol: str, *, burned: bool
) -> None:
    market, node = market_node
    pool = next(token for token in market.tokens() if token.symbol == symbol).pools[0]
    assert isinstance(pool, LpPool)
    left = supply_of(node, pool.lp_mint)
    assert left == (0 if burned else pool.lp_counted)
    assert sum(holdings(node, pool.lp_mint).values()) == left


async def test_every_account_of_a_taxed_token_can_withhold(
    market_node: tuple[Market, Node],
) -> None:
    market, node = market_node
    toll = next(token for token in market.tokens() if token.symbol == "TOLL")
    for address in holdings(node, toll.mint):
        account = node.chain.account(address)
        assert account is not None
        # Type byte, then perhaps ImmutableOwner, then TransferFeeAmount with nothing withheld.
        assert account.data[165] == 2
        assert account.data.endswith(b"\2\0\x08\0" + bytes(8))
