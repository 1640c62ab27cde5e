"""A demo that starts again says what was under way on the chain before, and frees its funds."""

from dataclasses import replace

from bot.adapters.database.connection import Pool
from bot.cli.sandbox_leftovers import Leftovers, end_leftovers
from bot.domain.live_orders import AttemptState, IntentState
from bot.sandbox.solana_rpc.landing import LandingFaults
from tests.builders.live_scenes import EAGER, OWNER, PURSE, live_scene
from tests.builders.swap_worlds import QUICK, swap_world

NONE = Leftovers(orders=0, withdrawals=0, cleanups=0)


async def test_an_order_of_a_chain_that_is_gone_expires_with_it(database: Pool) -> None:
    # Slots so long that nothing expires by itself, however slow the machine is.
    async with swap_world(slot_ms=1_000, jupiter=QUICK) as world:
        scene = await live_scene(world, database, rules=replace(EAGER, most_attempts=1))
        now = scene.means.clock.now
        assert await end_leftovers(database, now()) == NONE
        assert not NONE.words
        world.chain.landing.faults = LandingFaults(drop=True)
        intent = await scene.orders.place(scene.request(), scene.buying())
        assert await end_leftovers(database, now()) == NONE, "nothing was signed for it"
        await scene.orders.carry_out((OWNER, intent.number), patience_seconds=0.0)
        found = await end_leftovers(database, now())
        assert found == replace(NONE, orders=1)
        assert "1 live orders" in found.words
        await scene.orders.recover()
        ended = await scene.means.book.read((OWNER, intent.number))
        assert [each.state for each in ended.attempts] == [AttemptState.EXPIRED]
        assert (ended.state, ended.end_reason) == (IntentState.FAILED, "live_expired")
        (wallet,) = await scene.means.accounts.balances()
        assert wallet.lamports == PURSE
        await scene.prove()


async def test_what_was_booked_on_it_is_final(database: Pool) -> None:
    async with swap_world(slot_ms=10, jupiter=QUICK) as world:
        scene = await live_scene(world, database)
        done = await scene.done(scene.buying())
        assert done.state is IntentState.FILLED
        assert await end_leftovers(database, scene.means.clock.now()) == NONE
        final = await scene.means.book.read((OWNER, done.number))
        assert [each.state for each in final.attempts] == [AttemptState.FINALIZED]
        assert await scene.means.book.confirmed() == []
