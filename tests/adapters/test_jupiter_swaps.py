"""Swaps through our Jupiter client really happen, and their figures are those of the chain."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.transaction import VersionedTransaction

from bot.adapters.solana.chain_sending import SolanaSending
from bot.domain.errors import Refusal, Unavailable
from bot.domain.identifiers import SOL_MINT
from bot.domain.landing import Fate
from bot.ports.swap_venue import Executed, Rejected, Unknown
from bot.sandbox.jupiter_api.faults import VenueFaults
from tests.builders.swap_worlds import SOL, SwapWorld, signature_of, swap_world


@pytest.fixture(scope="module")
async def one_world() -> AsyncIterator[SwapWorld]:
    async with swap_world() as running:
        yield running


@pytest.fixture
def world(one_world: SwapWorld) -> Iterator[SwapWorld]:
    """One world for all of these, each time with nothing wrong in it and a wallet of its own."""
    wallet, settings = Keypair(), one_world.client.settings
    one_world.chain.airdrop(wallet.pubkey(), 100 * SOL)
    yield replace(one_world, wallet=wallet)
    one_world.shop.faults = VenueFaults()
    one_world.client.settings = settings


@pytest.mark.parametrize("symbol", ["WIF", "GLOOP", "TOLL"])
async def test_a_purchase_and_its_sale_are_read_to_the_lamport(
    world: SwapWorld, symbol: str
) -> None:
    mint = world.mint(symbol)
    for request in (world.buying(symbol), None):
        request = request or world.selling(symbol)  # noqa: PLW2901 (what was bought is sold)
        lamports, held = world.lamports(), world.held(mint)
        offer = await world.venue.offer(replace(request, tip_lamports=1_234))
        signed = world.signed(offer)
        assert offer.is_ours_to_send
        assert offer.request_id is not None
        done = await world.venue.execute(
            offer.request_id, signed, offer.last_valid_block_height, is_first_post=True
        )
        assert isinstance(done, Executed)
        change = await world.sending.outcome(done.signature, world.address)
        assert change is not None
        assert change.lamports == world.lamports() - lamports
        assert change.tokens == {mint: world.held(mint) - held}
        assert change.fee_lamports + 1_234 == (
            offer.signature_fee_lamports + offer.priority_fee_lamports
        )
        assert (change.tip_lamports, change.rent_lamports) == (1_234, offer.rent_lamports)
        traded = offer.out_amount if request.mint_out == SOL_MINT else -request.amount_in
        assert change.traded_lamports == traded
        assert bool(change.withheld) is (symbol == "TOLL")
        assert change.error is None


async def test_an_offer_tells_what_the_quote_told(world: SwapWorld) -> None:
    quote = await world.venue.quote(world.buying())
    offer = await world.venue.offer(world.buying())
    assert (quote.out_amount, quote.min_out) == (offer.out_amount, offer.min_out)
    assert quote.min_out == quote.out_amount * 9_900 // 10_000
    assert 0 < quote.price_impact < 1
    assert [leg.label for leg in quote.route]
    assert (quote.fee_bps, quote.fee_mint) == (10, SOL_MINT)
    assert quote.quoted_at <= quote.received_at


async def test_the_same_offer_sent_by_ourselves_lands_once(world: SwapWorld) -> None:
    offer = await world.venue.offer(world.buying())
    signed = world.signed(offer)
    for _ in range(2):
        said = await world.sending.send(signed)
        assert [word.is_accepted for word in said] == [True, True]
    world.chain.advance(2)
    judged = await world.judged(signature_of(signed), offer)
    assert judged.fate is Fate.LANDED
    assert world.held(offer.mint_out) == offer.out_amount


@pytest.mark.parametrize("symbol", ["WIF", "GLOOP"])
async def test_what_we_build_ourselves_needs_our_signature_alone_and_keeps_our_cap(
    world: SwapWorld, symbol: str
) -> None:
    for request in (world.buying(symbol), None):
        request = request or world.selling(symbol)  # noqa: PLW2901 (what was bought is sold)
        lamports = world.lamports()
        capped = replace(request, most_priority_lamports=777, tip_lamports=5_000)
        offer = await world.venue.build(capped, world.sending)
        assert offer.is_ours_to_send
        assert offer.request_id is None
        message = VersionedTransaction.from_bytes(offer.transaction).message
        assert isinstance(message, MessageV0)
        assert message.header.num_required_signatures == 1
        signed = world.signed(offer)
        await world.sending.send(signed)
        world.chain.advance(2)
        change = await world.sending.outcome(signature_of(signed), world.address)
        assert change is not None
        assert change.error is None
        assert change.fee_lamports <= 5_000 + 777
        assert change.lamports == world.lamports() - lamports


async def test_what_would_fail_is_refused_before_it_is_signed(world: SwapWorld) -> None:
    with pytest.raises(Refusal, match="swap_would_fail"):
        await world.venue.build(world.buying("HALT"), world.sending)


async def test_what_is_too_large_is_asked_for_through_fewer_accounts_or_refused(
    world: SwapWorld,
) -> None:
    world.shop.faults = VenueFaults(bulky=True)
    with pytest.raises(Refusal, match="swap_too_large"):
        await world.venue.offer(world.buying())
    asked = world.shop.requests_served
    offer = await world.venue.build(world.buying(), world.sending)
    assert world.shop.requests_served == asked + 3, "64, 40 and 28 accounts"
    assert len(offer.transaction) <= 1_232


async def test_an_accounts_list_in_a_table_is_read_like_any_other(world: SwapWorld) -> None:
    world.shop.faults = VenueFaults(lookup_table=True)
    lamports = world.lamports()
    offer = await world.venue.offer(world.buying())
    world.chain.advance(2)
    tables = await world.sending.lookup_tables(offer.lookup_tables)
    assert [listed[:2] for listed in tables.values()] == [(offer.mint_in, offer.mint_out)]
    signed = world.signed(offer)
    await world.sending.send(signed)
    world.chain.advance(2)
    change = await world.sending.outcome(signature_of(signed), world.address)
    assert change is not None
    assert change.lamports == world.lamports() - lamports
    assert change.tokens == {offer.mint_out: offer.out_amount}


async def test_a_maker_that_signs_last_is_told_as_not_ours_to_send(world: SwapWorld) -> None:
    world.shop.faults = VenueFaults(rfq=True)
    ours = await world.venue.offer(world.buying())
    assert (ours.router, ours.is_ours_to_send) == ("metis", True)
    open_to_all = replace(world.client.settings, excluded_routers=())
    world.client.settings = open_to_all
    theirs = await world.venue.offer(world.buying())
    assert (theirs.router, theirs.is_ours_to_send) == ("jupiterz", False)
    assert theirs.expires_at is not None


async def test_noes_are_refusals_and_failures_are_not(world: SwapWorld) -> None:
    with pytest.raises(Refusal, match="not_enough_for_swap"):
        await world.venue.offer(world.buying(amount=101 * SOL))
    with pytest.raises(Refusal, match="not_enough_for_fees"):
        await world.venue.offer(world.buying(amount=100 * SOL))
    with pytest.raises(Refusal, match="venue_refused"):
        await world.venue.quote(replace(world.buying(), mint_in=world.mint("WIF")))
    world.shop.faults = VenueFaults(no_route=True)
    with pytest.raises(Refusal, match="no_route"):
        await world.venue.quote(world.buying())
    world.shop.faults = VenueFaults(unbuildable=3)
    with pytest.raises(Refusal, match="venue_refused"):
        await world.venue.offer(world.buying())
    for faults in (VenueFaults(http_status=503), VenueFaults(dead=True)):
        world.shop.faults = faults
        with pytest.raises(Unavailable):
            await world.venue.offer(world.buying())


async def test_bytes_that_cannot_land_are_rejected_the_first_time_only(world: SwapWorld) -> None:
    offer = await world.venue.offer(world.buying())
    assert offer.request_id is not None
    hand_in = (offer.request_id, offer.transaction, offer.last_valid_block_height)
    first = await world.venue.execute(*hand_in, is_first_post=True)
    assert first == Rejected(code=-1003, words="Transaction is not fully signed")
    again = await world.venue.execute(*hand_in, is_first_post=False)
    assert isinstance(again, Unknown)
    nothing = await world.venue.execute(offer.request_id, b"junk", 1, is_first_post=True)
    assert isinstance(nothing, Rejected)


async def test_an_order_that_jupiter_forgot_may_still_land(world: SwapWorld) -> None:
    offer = await world.venue.offer(world.buying())
    world.shop.orders.clear()
    assert offer.request_id is not None
    said = await world.venue.execute(
        offer.request_id, world.signed(offer), offer.last_valid_block_height, is_first_post=True
    )
    assert isinstance(said, Unknown)
    assert said.code == -1


async def test_a_trial_of_nonsense_and_unknown_tables_are_told(world: SwapWorld) -> None:
    with pytest.raises(Unavailable):
        await world.sending.try_out(b"junk")
    found = await world.sending.latest_blockhash()
    heights = await world.sending.block_heights()
    assert all(found.last_valid_block_height > (word.block_height or 0) for word in heights)
    price = await world.sending.unit_price(units=100_000)
    assert 100_000 <= price * 100_000 // 1_000_000 * 10 <= 20_000_000


async def test_a_swap_with_a_tip_lands_through_the_block_engine_alone(world: SwapWorld) -> None:
    offer = await world.venue.offer(replace(world.buying(), tip_lamports=1_000))
    signed = world.signed(offer)
    asked = sum(endpoint.requests_served for endpoint in world.endpoints)
    said = await world.sending.send_privately(signed)
    assert (said.is_accepted, said.error) == (True, "")
    assert said.node.startswith("block engine")
    world.chain.advance(2)
    assert (await world.judged(signature_of(signed), offer)).fate is Fate.LANDED
    looked = sum(endpoint.requests_served for endpoint in world.endpoints) - asked
    assert looked == 4, "height and status of each node, and nothing sent"


async def test_a_block_engine_takes_nothing_without_a_tip_or_that_would_fail(
    world: SwapWorld,
) -> None:
    for tip_lamports, fails in ((999, False), (1_000, True)):
        request = replace(world.buying("HALT" if fails else "WIF"), tip_lamports=tip_lamports)
        offer = await world.venue.offer(request)
        signed = world.signed(offer)
        await world.sending.send_privately(signed)
        world.chain.advance(200)
        assert (await world.judged(signature_of(signed), offer)).fate is Fate.EXPIRED
    assert world.lamports() == 100 * SOL


async def test_without_a_block_engine_nothing_goes_to_one(world: SwapWorld) -> None:
    with pytest.raises(Unavailable, match="JITO_BASE"):
        await SolanaSending(world.rpc).send_privately(b"")
