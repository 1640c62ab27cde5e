"""Over the wire against the sandbox: every token is found, read and filled through any fault."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.rpc_settings import EndpointConfig
from bot.adapters.solana.solana_chain import SolanaChain
from bot.domain.errors import Unavailable
from bot.domain.identifiers import SOL_MINT, TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from bot.domain.pools.reading import Direction, PoolKind
from bot.ports.chain import PoolPlace
from bot.sandbox.market.market import MarketToken
from bot.sandbox.solana_rpc.endpoint import Endpoint
from bot.sandbox.solana_rpc.faults import EndpointFaults
from tests.builders.rpc_pools import seeded_chance
from tests.builders.sandbox_world import SandboxWorld, sandbox_world

FAULTS = {
    "dead": EndpointFaults(dead=True),
    "hanging": EndpointFaults(hang=True),
    "garbage": EndpointFaults(garbage=True),
    "bad gateway": EndpointFaults(http_status=502),
    "limited": EndpointFaults(rate_limit_per_second=1),
    "lagging": EndpointFaults(lag_slots=200),
    "slow": EndpointFaults(latency_ms=250),
}


async def places_of(world: SandboxWorld) -> list[PoolPlace]:
    """Find all tokens of the market and give all their places."""
    found = [await world.chain.find_token(str(token.mint)) for token in world.market.tokens()]
    return [place for token in found if token is not None for place in token.places]


async def asked_next(world: SandboxWorld, places: Sequence[PoolPlace]) -> Endpoint:
    """Give the endpoint that is preferred now."""
    before = [endpoint.requests_served for endpoint in world.endpoints]
    await world.chain.read_pools(places)
    first, second = world.endpoints
    return first if first.requests_served > before[0] else second


def true_prices(world: SandboxWorld) -> dict[str, Decimal]:
    """Give the market's own price of every pool."""
    return {
        str(pool.address): pool.price() for token in world.market.tokens() for pool in token.pools
    }


def agrees(ours: Decimal, theirs: Decimal) -> bool:
    return abs(ours / theirs - 1) < Decimal("0.000001")


async def test_every_token_of_the_market_is_found_with_its_name_and_its_price() -> None:
    async with sandbox_world() as world:
        for token in world.market.tokens():
            found = await world.chain.find_token(str(token.mint))
            assert found is not None, token.symbol
            assert found.pools, token.symbol
            assert (found.symbol, found.name) == (token.symbol, token.name)
            truth = true_prices(world)
            for pool in found.pools:
                assert agrees(pool.price, truth[pool.address]), (token.symbol, pool.kind)
            depths = [pool.curve.depth_quote_units() for pool in found.pools if not pool.halt]
            assert depths == sorted(depths, reverse=True)


async def test_pools_that_cannot_be_derived_are_found_at_dexscreener_only() -> None:
    async with sandbox_world() as world:
        token = next(token for token in world.market.tokens() if has_amm_v4(token))
        found = await world.chain.find_token(str(token.mint))
        assert found is not None
        assert PoolKind.RAYDIUM_AMM_V4 in {pool.kind for pool in found.pools}
        world.price_api.dead = True
        alone = await SolanaChain(world.rpc, [world.dexscreener], SystemClock()).find_token(
            str(token.mint)
        )
        assert alone is not None
        assert PoolKind.RAYDIUM_AMM_V4 not in {pool.kind for pool in alone.pools}


async def test_a_refresh_follows_the_market() -> None:
    async with sandbox_world() as world:
        places = await places_of(world)
        assert {place.kind for place in places} == set(PoolKind)
        for _ in range(3):
            world.market.step()
            world.ledger.advance(2)
            readings = await world.chain.read_pools(places)
            truth = true_prices(world)
            assert set(readings) == {place.address for place in places}
            assert all(agrees(each.price, truth[each.address]) for each in readings.values())


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS.keys())
async def test_one_faulty_endpoint_costs_neither_a_pool_nor_a_true_price(
    faults: EndpointFaults,
) -> None:
    async with sandbox_world() as world:
        places = await places_of(world)
        favourite = await asked_next(world, places)
        favourite.faults = faults
        asked_before = favourite.requests_served
        for turn in range(12):
            world.market.step()
            world.ledger.advance(2)
            readings = await world.chain.read_pools(places)
            truth = true_prices(world)
            assert set(readings) == {place.address for place in places}
            assert all(agrees(each.price, truth[each.address]) for each in readings.values())
            # On a busy machine the other may be the quicker one for a while.
            if turn and favourite.requests_served > asked_before:
                break
        assert favourite.requests_served > asked_before, "the faulty one was asked"


async def test_control_the_lagging_endpoint_alone_does_give_old_prices() -> None:
    async with sandbox_world() as world:
        places = await places_of(world)
        world.ledger.advance(20)
        lagging = world.endpoints[0]
        lagging.faults = FAULTS["lagging"]
        world.market.step()
        async with lone_pool(world.urls[0]) as rpc:
            readings = await SolanaChain(rpc, [], SystemClock()).read_pools(places)
        truth = true_prices(world)
        assert not all(agrees(each.price, truth[each.address]) for each in readings.values())


async def test_both_endpoints_dead_is_unavailable_and_one_recovering_is_enough() -> None:
    async with sandbox_world() as world:
        places = await places_of(world)
        for endpoint in world.endpoints:
            endpoint.faults = EndpointFaults(dead=True)
        with pytest.raises(Unavailable):
            await world.chain.read_pools(places)
        world.endpoints[1].faults = EndpointFaults()
        assert len(await world.chain.read_pools(places)) == len(places)


async def test_slots_never_go_back_when_the_leading_endpoint_fails() -> None:
    async with sandbox_world() as world:
        places = await places_of(world)
        world.endpoints[1].faults = EndpointFaults(lag_slots=10)
        before = await world.chain.read_pools(places)
        world.endpoints[0].faults = EndpointFaults(dead=True)
        with pytest.raises(Unavailable):
            await world.chain.read_pools(places)
        world.ledger.advance(12)
        after = await world.chain.read_pools(places)
        assert all(after[pool].slot >= before[pool].slot for pool in before)


async def test_a_fill_reads_every_kind_with_its_fees_known() -> None:
    async with sandbox_world() as world:
        for place in await places_of(world):
            reading = await world.chain.read_pool(place)
            if reading.halt or SOL_MINT not in (reading.base_mint, reading.quote_mint):
                continue
            swap = reading.curve.swap_exact_in(Direction.BUY_BASE, 10**7)
            assert swap.amount_out > 0
            assert swap.fee_units > 0
            assert "fee assumed" not in reading.notes


async def test_costs_come_from_the_network() -> None:
    async with sandbox_world() as world:
        costs = await world.chain.network_costs()
        assert costs.rent_lamports == {
            TOKEN_PROGRAM: world.ledger.rent_minimum_lamports(165),
            TOKEN_2022_PROGRAM: world.ledger.rent_minimum_lamports(170),
        }
        assert costs.fee_lamports > 5_000


async def test_a_curve_known_by_its_address_alone_is_read() -> None:
    async with sandbox_world() as world:
        curves = [place for place in await places_of(world) if place.kind is PoolKind.PUMPFUN_CURVE]
        anew = SolanaChain(world.rpc, [], SystemClock())
        readings = await anew.read_pools(curves)
        assert set(readings) == {place.address for place in curves}


async def test_the_states_tell_how_each_endpoint_does_by_number_and_host() -> None:
    async with sandbox_world() as world:
        await world.rpc.probe_quiet_endpoints()
        first, second = world.chain.endpoints()
        assert (first.name, second.name) == ("1 127.0.0.1", "2 127.0.0.1")
        assert first.slot == second.slot == world.chain.best_slot() > 0


def lone_pool(url: str) -> RpcPool:
    return RpcPool([EndpointConfig.from_url(url)], clock=SystemClock(), chance=seeded_chance())


def has_amm_v4(token: MarketToken) -> bool:
    return any("amm_v4" in type(pool).__module__ for pool in token.pools)
