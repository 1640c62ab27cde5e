"""Whatever fails, nothing is called landed that is not, and nothing dead that may still land."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.domain.landing import Fate
from bot.ports.swap_venue import Executed, Unknown
from bot.sandbox.jupiter_api.faults import ExecuteAnswer, Tampering, VenueFaults
from bot.sandbox.solana_rpc.faults import EndpointFaults
from bot.sandbox.solana_rpc.landing import LandingFaults
from tests.builders.swap_fates import FAULTS, Fault, carry_out
from tests.builders.swap_worlds import QUICK, SOL, SwapWorld, signature_of, swap_world

BELIEVABLE = {ExecuteAnswer.TRUE, ExecuteAnswer.SUCCESS}


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


# A storm's pause would outlive its test: it has a world of its own below.
@pytest.mark.parametrize(
    "fault", [each for each in FAULTS if not each.venue.storm_429], ids=lambda fault: fault.name
)
async def test_what_we_conclude_is_what_happened(world: SwapWorld, fault: Fault) -> None:
    carried = await carry_out(world, fault, SOL)
    assert not carried.is_false_landed
    assert not carried.is_false_absent
    assert carried.is_exact
    if fault.lands is not None:
        assert carried.fate is fault.lands
    if not fault.by_ourselves:
        assert isinstance(carried.execution, Executed | Unknown)
        is_told = isinstance(carried.execution, Executed)
        assert is_told <= (fault.venue.execute_answer in BELIEVABLE)


async def test_believing_the_venue_would_have_been_wrong(world: SwapWorld) -> None:
    """The negative control: the same faults, judged by the venue's words alone."""
    says_landed = next(fault for fault in FAULTS if fault.name == "'success', but dropped")
    says_dead = next(fault for fault in FAULTS if fault.name == "'not landed', but landed")
    landed = await carry_out(world, says_landed, SOL)
    assert isinstance(landed.execution, Executed)
    assert landed.truth is Fate.EXPIRED
    dead = await carry_out(world, says_dead, SOL)
    assert isinstance(dead.execution, Unknown)
    assert dead.execution.code == -1000
    assert dead.truth is Fate.LANDED


async def test_believing_one_node_would_have_been_wrong(world: SwapWorld) -> None:
    """The negative control of the second node: one that is ahead of itself calls it dead."""
    name = "last valid block, a node ahead of itself"
    fault = next(fault for fault in FAULTS if fault.name == name)
    offer = await world.venue.offer(world.buying())
    world.chain.landing.faults = fault.landing
    world.endpoints[0].faults = fault.nodes[0]
    signed = world.signed(offer)
    await world.sending.send(signed)
    word, honest = await world.sending.statuses(signature_of(signed))
    assert word.block_height is not None
    assert honest.block_height is not None
    assert word.block_height > offer.last_valid_block_height > honest.block_height
    assert (await world.judged(signature_of(signed), offer)).fate is Fate.OPEN


async def test_a_storm_is_waited_out_with_the_same_bytes() -> None:
    """An answer 429 with its reset a second away, then the swap: one signature, one swap."""
    patient = replace(QUICK, execute_seconds=4.0)
    async with swap_world(slot_ms=200, jupiter=patient) as world:
        offer = await world.venue.offer(world.buying())
        assert offer.request_id is not None
        world.shop.faults = VenueFaults(storm_429=1)
        done = await world.venue.execute(
            offer.request_id, world.signed(offer), offer.last_valid_block_height, is_first_post=True
        )
        assert isinstance(done, Executed)
        assert world.held(offer.mint_out) == offer.out_amount


async def test_a_silence_of_all_nodes_ends_in_the_truth(world: SwapWorld) -> None:
    silent = next(fault for fault in FAULTS if fault.name == "all statuses down")
    carried = await carry_out(world, silent, SOL)
    assert carried.fate is Fate.OPEN
    signature = next(reversed(world.chain.transactions))
    assert (await world.judged(signature, carried.offer)).fate is Fate.LANDED


@pytest.mark.parametrize("tampering", [each for each in Tampering if each])
async def test_even_a_theft_is_read_as_it_happened(world: SwapWorld, tampering: Tampering) -> None:
    fault = Fault(name=tampering, lands=Fate.LANDED)
    world.shop.faults = VenueFaults(tamper=tampering)
    carried = await carry_out(world, fault, SOL)
    assert carried.fate is Fate.LANDED
    assert carried.is_exact
    assert carried.offer.is_ours_to_send is (tampering is not Tampering.OTHER_FEE_PAYER)


async def test_a_maker_that_gives_less_is_booked_as_less(world: SwapWorld) -> None:
    world.shop.faults = VenueFaults(short_fill_bps=40)
    carried = await carry_out(world, Fault(name="short", lands=Fate.LANDED), SOL)
    assert carried.change is not None
    received = carried.change.tokens[carried.offer.mint_out]
    assert carried.offer.min_out < received < carried.offer.out_amount
    assert isinstance(carried.execution, Executed)
    assert carried.execution.told_out == carried.offer.out_amount, "the venue told another amount"


def test_every_way_of_lying_is_among_the_faults() -> None:
    told = {fault.venue.execute_answer for fault in FAULTS}
    assert told == set(ExecuteAnswer)
