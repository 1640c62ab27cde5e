"""What is read for a safety card: from genuine pools, from the sandbox, and from spoilt nodes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.liquidity import (
    INCINERATOR,
    LOCKERS,
    liquidity_kind,
    locked_share,
    lp_token,
    opened_at_seconds,
)
from bot.adapters.solana.solana_chain import SolanaChain
from bot.domain.errors import Unavailable
from bot.domain.identifiers import encode_address
from bot.domain.pools.reading import PoolKind
from bot.domain.safety import LiquidityKind, TokenFacts
from bot.ports.chain import PoolPlace
from tests.builders.pool_accounts import genuine_account
from tests.builders.rpc_pools import build_pool
from tests.builders.sandbox_world import sandbox_world
from tests.builders.solana_accounts import (
    CPMM_MINT,
    CPMM_POOL,
    serve_genuine,
    spl_mint,
    token_account,
)
from tests.fakes.hand_clock import HandClock
from tests.fakes.rpc_node import Manners, RpcNode, rpc_nodes

CPMM = PoolPlace(address=CPMM_POOL, kind=PoolKind.RAYDIUM_CPMM, source="derived")
COUNTED = 3_646_398_828_340
(LOCKER,) = LOCKERS
SOMEBODY, ANOTHER = (encode_address(bytes([number]) * 32) for number in (7, 8))


def put_holders(node: RpcNode, holders: Mapping[str, list[tuple[str, int]]]) -> None:
    """Let a node tell the largest accounts of some mints."""
    told: dict[str, list[dict[str, object]]] = {}
    for mint, owners in holders.items():
        for number, (owner, amount) in enumerate(owners):
            place = encode_address(bytes([number + 1]) * 31 + mint[:1].encode())
            node.accounts[place] = token_account(mint, owner, amount)
            told.setdefault(mint, []).append({"address": place, "amount": str(amount)})

    def largest(mint: str, _options: object) -> dict[str, object]:
        return {"context": {"slot": node.slot}, "value": told.get(mint, [])}

    node.results["getTokenLargestAccounts"] = largest


def lp_mint_of(node: RpcNode) -> str:
    owner, data = node.accounts[CPMM_POOL]
    found = lp_token(AccountBytes(owner=owner, data=data))
    assert found is not None
    assert found.counted == COUNTED
    return found.mint


async def facts_of(chain: SolanaChain) -> TokenFacts:
    await chain.read_pools([CPMM])
    facts = await chain.token_facts(CPMM_MINT, [CPMM])
    assert facts is not None
    return facts


async def test_burned_and_locked_lp_of_a_genuine_pool_are_counted() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        node.accounts.setdefault(CPMM_MINT, spl_mint())
        lp = lp_mint_of(node)
        node.accounts[lp] = spl_mint(9, supply=COUNTED // 2)
        put_holders(node, {lp: [(LOCKER, COUNTED // 4), (INCINERATOR, COUNTED // 8)]})
        facts = await facts_of(SolanaChain(rpc, [], SystemClock()))
        assert facts.liquidity is not None
        assert facts.liquidity.kind is LiquidityKind.LP_TOKENS
        assert round(facts.liquidity.burned or 0, 6) == Decimal("0.625")
        assert round(facts.liquidity.locked or 0, 6) == Decimal("0.25")
        assert facts.opened_at == datetime(2025, 5, 10, 14, 23, 17, tzinfo=UTC)


async def test_pools_and_graves_are_no_holders() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        node.accounts.setdefault(CPMM_MINT, spl_mint())
        owners = [(CPMM_POOL, 900), (SOMEBODY, 500), (INCINERATOR, 400), (ANOTHER, 700)]
        put_holders(node, {CPMM_MINT: owners})
        facts = await facts_of(SolanaChain(rpc, [], SystemClock()))
        assert [(holder.owner, holder.units) for holder in facts.holders or ()] == [
            (ANOTHER, 700),
            (SOMEBODY, 500),
        ]
        assert (facts.pooled_units or 0) > 0


async def test_two_passes_are_enough() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        node.accounts.setdefault(CPMM_MINT, spl_mint())
        put_holders(node, {CPMM_MINT: [(SOMEBODY, 5)]})
        chain = SolanaChain(rpc, [], SystemClock())
        await chain.read_pools([CPMM])
        before = node.asked("getMultipleAccounts")
        await chain.token_facts(CPMM_MINT, [CPMM])
        assert node.asked("getMultipleAccounts") == before + 2
        assert node.asked("getTokenLargestAccounts") == 2


async def test_a_node_that_tells_no_holders_is_left_in_peace_for_a_while() -> None:
    clock = HandClock()
    async with rpc_nodes(1) as (node,), build_pool([node], clock=clock) as rpc:
        serve_genuine(node)
        node.accounts.setdefault(CPMM_MINT, spl_mint())
        chain = SolanaChain(rpc, [], clock)
        assert (await facts_of(chain)).holders is None
        asked = node.asked("getTokenLargestAccounts")
        await chain.token_facts(CPMM_MINT, [CPMM])
        assert node.asked("getTokenLargestAccounts") == asked
        clock.advance(121)
        await chain.token_facts(CPMM_MINT, [CPMM])
        assert node.asked("getTokenLargestAccounts") > asked


@pytest.mark.parametrize(
    "value",
    [None, "x", 7, [], [None], [{"address": 5}], [{"address": "not one"}], [{}] * 3, {"value": 1}],
)
async def test_garbled_holders_are_none(value: object) -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        serve_genuine(node)
        node.accounts.setdefault(CPMM_MINT, spl_mint())
        node.results["getTokenLargestAccounts"] = {"value": value}
        assert (await facts_of(SolanaChain(rpc, [], SystemClock()))).holders is None


async def test_what_is_no_mint_has_no_facts_and_a_dead_node_is_unavailable() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node]) as rpc:
        chain = SolanaChain(rpc, [], SystemClock())
        node.accounts[SOMEBODY] = token_account(CPMM_MINT, ANOTHER, 5)
        assert await chain.token_facts(SOMEBODY, []) is None
        assert await chain.read_mints([SOMEBODY, ANOTHER]) == {}
        node.manners = Manners(status=500)
        with pytest.raises(Unavailable):
            await chain.token_facts(CPMM_MINT, [])


def test_a_pool_that_locks_its_own_liquidity_says_how_much() -> None:
    locked = genuine_account("meteora_damm_v2/3CVNnECvuyPtUys2QpaLSNRrQMvbqArsNJqKvbp3zmt1")
    free = genuine_account("meteora_damm_v2/3u2BK3ykdjv1hAeGQwAkZMxjb4otV5yvW7g72uviCaZZ")
    assert liquidity_kind(locked) is LiquidityKind.LOCKS
    assert (locked_share(locked), locked_share(free)) == (1, 0)


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("raydium_cpmm/Q2sPHPdUWFMg7M7wwrQKLrn619cAucfRsmhVJffodSp", 1_746_886_997),
        ("raydium_clmm/3ucNos4NbumPLZNWztqGHNFFgkHeRMBQAVemeeomsUxv", 1_723_037_622),
        ("meteora_damm_v2/3CVNnECvuyPtUys2QpaLSNRrQMvbqArsNJqKvbp3zmt1", 1_771_802_002),
        ("raydium_amm_v4/58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2", None),
        ("orca_whirlpool/Czfq3xZZDmsdGdUyrNLtRhGc47cXcZtLG4crryfu44zE", None),
    ],
)
def test_a_pool_tells_when_it_opened_where_it_knows(name: str, seconds: int | None) -> None:
    account = genuine_account(name)
    assert opened_at_seconds(account, 1_800_000_000) == seconds
    assert opened_at_seconds(account, 1_600_000_000) is None, "no pool opens in the future"


def test_pools_shorter_than_they_should_be_tell_nothing() -> None:
    whole = genuine_account("raydium_cpmm/Q2sPHPdUWFMg7M7wwrQKLrn619cAucfRsmhVJffodSp")
    short = AccountBytes(owner=whole.owner, data=whole.data[:150])
    assert lp_token(short) is None
    assert opened_at_seconds(short, 2**40) is None


async def test_the_sandboxs_tokens_tell_what_they_may_do() -> None:
    async with sandbox_world() as world:
        mints = {token.symbol: str(token.mint) for token in world.market.tokens()}
        found = {}
        for symbol in ("TOLL", "HOOKY", "LEASH", "HALT", "FROST", "SPLIT", "OAK", "BOSS"):
            token = await world.chain.find_token(mints[symbol])
            assert token is not None
            facts = await world.chain.token_facts(mints[symbol], token.places)
            assert facts is not None
            found[symbol] = facts
        rules = {symbol: facts.mint.rules for symbol, facts in found.items()}
        assert rules["TOLL"].fees.at_slot(found["TOLL"].slot).bps == 300
        assert rules["HOOKY"].hook_program is not None
        assert rules["LEASH"].permanent_delegate is not None
        assert rules["HALT"].is_paused
        assert rules["FROST"].is_born_frozen
        assert rules["SPLIT"].ui.newer == 5
        assert not rules["OAK"].can_change()
        boss, oak = found["BOSS"], found["OAK"]
        assert boss.mint.freeze_authority is not None
        assert oak.liquidity is not None
        assert boss.liquidity is not None
        assert (oak.liquidity.burned, boss.liquidity.burned) == (1, 0)
        assert len(oak.holders or ()) > 10
        assert all(facts.pooled_units for facts in found.values())
