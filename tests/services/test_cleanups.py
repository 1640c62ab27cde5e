"""Empty token accounts are closed once, and what they gave back is booked to the lamport."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest

from bot.adapters.database.cleanups import PostgresCleanups
from bot.adapters.database.connection import Pool
from bot.domain.cleanups import Cleanup
from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.sandbox.solana_rpc.landing import LandingFaults
from bot.services.cleanups import Cleanups, CleanupView
from tests.builders.live_scenes import live_scene
from tests.builders.movement_scenes import MovementScene, movement_scene
from tests.builders.swap_worlds import swap_world

STATE = "SELECT string_agg(state, ',' ORDER BY number) FROM live_cleanups"


class Quiet:
    """Says nothing."""

    def ended(self, _cleanup: Cleanup) -> Sequence[Notice]:
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupScene:
    """A wallet with two empty accounts, and what closes them."""

    moved: MovementScene
    cleanups: Cleanups
    views: list[CleanupView] = field(default_factory=list)

    async def place(self, request_id: str = "tg:clean") -> None:
        def answer(view: CleanupView) -> Sequence[Notice]:
            self.views.append(view)
            return ()

        await self.cleanups.place(self.moved.live.request(request_id), answer)

    async def state(self) -> object:
        return await self.moved.live.value(STATE)


@pytest.fixture
async def scene(database: Pool) -> AsyncIterator[CleanupScene]:
    async with swap_world(slot_ms=10) as world:
        moved = movement_scene(await live_scene(world, database))
        await moved.live.done(moved.live.buying())
        await moved.live.done(moved.live.selling(moved.held("WIF")))
        moved.give("BONK", 9)
        await moved.steal_tokens("BONK", 9)
        while await moved.follow():
            pass
        await moved.prove()
        book = PostgresCleanups(database, lambda _queued: None)
        yield CleanupScene(moved=moved, cleanups=Cleanups(moved.means, book, Quiet()))


async def test_empty_accounts_are_closed_once_and_their_rent_is_booked(
    scene: CleanupScene,
) -> None:
    before = scene.moved.live.lamports()
    await scene.place()
    with pytest.raises(Refusal, match="already_done"):
        await scene.place()
    for _ in range(3):
        await scene.cleanups.recover()
    assert await scene.moved.follow() == 1
    assert await scene.state() == "done"
    view = scene.views[0]
    assert len(view.places) == 2
    back = scene.moved.live.lamports() - before
    assert view.rent_lamports - view.fee_lamports == back
    assert f"cleanup {back} [] 0" in await scene.moved.told()
    await scene.moved.prove()
    with pytest.raises(Refusal, match="live_nothing_empty"):
        await scene.place("tg:again")


async def test_what_was_committed_is_sent_by_the_next_process(scene: CleanupScene) -> None:
    await scene.place()
    scene.moved.live.world.chain.landing.faults = LandingFaults(drop=True)
    await scene.cleanups.recover()
    assert await scene.state() == "signed"
    with pytest.raises(Refusal, match="live_busy"):
        await scene.place("tg:second")
    scene.moved.live.world.chain.landing.faults = LandingFaults()
    await scene.cleanups.recover()
    assert await scene.moved.follow() == 1
    assert await scene.state() == "done"
    await scene.moved.prove()


async def test_one_that_can_land_no_more_ends_and_may_be_asked_again(scene: CleanupScene) -> None:
    await scene.place()
    scene.moved.live.world.chain.landing.faults = LandingFaults(drop=True)
    await scene.cleanups.recover()
    scene.moved.live.world.chain.advance(400)
    await scene.cleanups.recover()
    assert await scene.state() == "expired"
    scene.moved.live.world.chain.landing.faults = LandingFaults()
    await scene.place("tg:second")
    await scene.cleanups.recover()
    assert await scene.moved.follow() == 1
    assert await scene.state() == "expired,done"
    await scene.moved.prove()


async def test_an_account_that_would_not_close_is_left_out(scene: CleanupScene) -> None:
    scene.moved.give("TOLL", 10_000)
    await scene.moved.follow()
    # Sent on, its fee stays withheld in the account, which cannot be closed then.
    await scene.moved.steal_tokens("TOLL", scene.moved.held("TOLL"))
    await scene.moved.follow()
    view = await scene.cleanups.look(scene.moved.live.owner)
    assert view is not None
    assert len(view.places) == 2


async def test_a_cleanup_waits_while_an_order_is_under_way(scene: CleanupScene) -> None:
    await scene.moved.live.orders.place(
        scene.moved.live.request(), scene.moved.live.buying(10_000_000)
    )
    with pytest.raises(Refusal, match="live_busy"):
        await scene.place()
