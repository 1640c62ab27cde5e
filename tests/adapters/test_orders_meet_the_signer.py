"""The signer's rules let the sandbox's honest orders pass, and none that was tampered with."""

from collections.abc import AsyncIterator

import pytest
from solders.message import to_bytes_versioned
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from bot.domain.signing.intents import SwapIntent
from bot.domain.signing.policy import violations
from bot.domain.signing.rules import SigningRules
from bot.ports.swap_venue import SwapOffer, SwapRequest
from bot.sandbox.jupiter_api.faults import Tampering, VenueFaults
from bot.sandbox.jupiter_api.routing import asset_of
from bot.sandbox.solana_rpc.faults import EndpointFaults
from bot.sandbox.solana_rpc.landing import LandingFaults
from tests.builders.swap_fates import Fault, carry_out
from tests.builders.swap_worlds import SOL, SwapWorld, swap_world

FEES, RENT = 60_000, 3_000_000
TOLL_FEE_BPS = 300


@pytest.fixture(scope="module")
async def one_world() -> AsyncIterator[SwapWorld]:
    async with swap_world() as running:
        yield running


@pytest.fixture
def world(one_world: SwapWorld) -> SwapWorld:
    """One world for all of these, each time with nothing wrong in it."""
    one_world.shop.faults = VenueFaults()
    one_world.chain.landing.faults = LandingFaults()
    for endpoint in one_world.endpoints:
        endpoint.faults = EndpointFaults()
    one_world.chain.advance(160)  # what was on its way has landed, or never will
    one_world.chain.landing.land_due()
    return one_world


def intent(world: SwapWorld, offer: SwapOffer) -> SwapIntent:
    programs = [
        asset.program if (asset := asset_of(world.shop.market, Pubkey.from_string(mint))) else ""
        for mint in (offer.mint_in, offer.mint_out)
    ]
    return SwapIntent(
        intent_id="order-1",
        user_id=1,
        wallet=world.address,
        mint_in=offer.mint_in,
        mint_out=offer.mint_out,
        token_program_in=str(programs[0]),
        token_program_out=str(programs[1]),
        amount_in=offer.amount_in,
        min_out=offer.min_out,
        max_network_fee_lamports=FEES,
        max_tip_lamports=1_000,
        max_rent_lamports=RENT,
        transfer_fee_bps_out=TOLL_FEE_BPS if offer.mint_out == world.mint("TOLL") else 0,
    )


async def reasons(world: SwapWorld, offer: SwapOffer) -> tuple[str, ...]:
    maker = world.shop.maker
    rules = SigningRules(
        counterparties=frozenset({str(maker.address), str(maker.fee_owner)}),
        more_tip_accounts=frozenset({str(maker.tips)}),
    )
    message = VersionedTransaction.from_bytes(offer.transaction).message
    world.chain.advance(2)  # a table of this slot is nobody's to read yet
    tables = await world.sending.lookup_tables(offer.lookup_tables)
    return violations(to_bytes_versioned(message), intent(world, offer), tables, rules)


async def bought(world: SwapWorld, symbol: str) -> SwapRequest:
    """Buy some of a token, so that it can be sold."""
    offer = await world.venue.offer(world.buying(symbol))
    await world.sending.send(world.signed(offer))
    world.chain.advance(2)
    return world.selling(symbol)


@pytest.mark.parametrize("symbol", ["WIF", "GLOOP", "TOLL"])
async def test_honest_orders_pass_both_ways(world: SwapWorld, symbol: str) -> None:
    purchase = await world.venue.offer(world.buying(symbol))
    assert await reasons(world, purchase) == ()
    sale = await world.venue.offer(await bought(world, symbol))
    assert await reasons(world, sale) == ()


@pytest.mark.parametrize("tampering", [each for each in Tampering if each])
async def test_no_tampered_order_passes_either_way(world: SwapWorld, tampering: Tampering) -> None:
    request = await bought(world, "WIF")
    world.shop.faults = VenueFaults(tamper=tampering)
    for tried in (world.buying("BONK"), request):
        offer = await world.venue.offer(tried)
        assert await reasons(world, offer) != ()


async def test_a_maker_that_gives_less_passes_down_to_the_least_agreed(world: SwapWorld) -> None:
    world.shop.faults = VenueFaults(short_fill_bps=99)
    assert await reasons(world, await world.venue.offer(world.buying())) == ()
    world.shop.faults = VenueFaults(short_fill_bps=101)
    assert await reasons(world, await world.venue.offer(world.buying())) != ()


async def test_what_passed_is_what_happens(world: SwapWorld) -> None:
    carried = await carry_out(world, Fault(name="none", lands=None), SOL)
    assert carried.change is not None
    assert await reasons(world, carried.offer) == ()
    assert -carried.change.lamports <= SOL + FEES + RENT
    assert carried.change.tokens[carried.offer.mint_out] >= carried.offer.min_out


async def test_what_we_build_and_what_names_mints_by_a_table_pass_too(world: SwapWorld) -> None:
    assert await reasons(world, await world.venue.build(world.buying(), world.sending)) == ()
    world.shop.faults = VenueFaults(lookup_table=True)
    offer = await world.venue.offer(world.buying())
    assert offer.lookup_tables
    assert await reasons(world, offer) == ()


async def test_a_build_with_a_theft_in_it_does_not(world: SwapWorld) -> None:
    world.shop.faults = VenueFaults(tamper=Tampering.EXTRA_INSTRUCTION)
    assert await reasons(world, await world.venue.build(world.buying(), world.sending)) != ()
