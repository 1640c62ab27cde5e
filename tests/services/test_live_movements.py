"""Money that came, or left behind the bot's back, is booked once, as the chain has it."""

from collections.abc import AsyncIterator

import pytest

from bot.adapters.database.connection import Pool
from bot.adapters.database.shelf import PostgresShelf
from bot.domain.errors import Refusal
from bot.domain.live_orders import IntentState
from bot.sandbox.solana_rpc.faults import EndpointFaults
from tests.builders.live_scenes import OWNER, live_scene, tracked
from tests.builders.movement_scenes import PLACE, PRICE_LAMPORTS, MovementScene, movement_scene
from tests.builders.swap_worlds import SOL, swap_world


@pytest.fixture
async def scene(database: Pool) -> AsyncIterator[MovementScene]:
    async with swap_world(slot_ms=10) as world:
        yield movement_scene(await live_scene(world, database))


async def test_sol_that_came_is_booked_once_and_told(scene: MovementScene) -> None:
    scene.pay(2 * SOL)
    assert await scene.follow() == 1
    assert await scene.follow() == 0
    assert await scene.told() == [f"external {2 * SOL} [] 0"]
    await scene.prove()


async def test_what_is_not_final_yet_is_not_booked(database: Pool) -> None:
    # Slots so slow that it does not become final while it is looked at.
    async with swap_world(slot_ms=10_000) as world:
        scene = movement_scene(await live_scene(world, database))
        scene.pay(SOL)
        scene.live.world.chain.advance(2)
        assert await scene.movements.watch() == 0
        assert await scene.follow() == 1


async def test_after_days_away_every_transaction_is_booked(scene: MovementScene) -> None:
    for number in range(1, 8):
        scene.pay(number * SOL)
        scene.live.world.chain.advance(400)
    small = scene.means.history
    small._page_size = 3  # type: ignore[attr-defined]
    assert await scene.follow() == 7
    assert len(await scene.told()) == 7
    await scene.prove()


async def test_dust_is_booked_and_not_told(scene: MovementScene) -> None:
    scene.pay(5)
    scene.give("BONK", 3)
    assert await scene.follow() == 2
    assert await scene.told() == []
    await scene.prove()


async def test_tokens_that_came_have_a_position_at_what_they_are_worth(
    scene: MovementScene,
) -> None:
    scene.give("WIF", 5_000)
    assert await scene.follow() == 1
    (position,) = await scene.live.rows("SELECT * FROM positions")
    assert (position["token_units"], position["cost_lamports"]) == (5_000, 5_000 * PRICE_LAMPORTS)
    await scene.prove()
    intent = await scene.live.done(scene.live.selling(5_000))
    assert intent.state is IntentState.FILLED
    await scene.follow()
    await scene.prove()


async def test_tokens_that_left_take_their_cost_along_without_gain_or_loss(
    scene: MovementScene,
) -> None:
    await scene.live.done(scene.live.buying())
    held = scene.held("WIF")
    await scene.steal_tokens("WIF", held // 4)
    assert await scene.follow() == 1
    (position,) = await scene.live.rows("SELECT * FROM positions")
    assert position["token_units"] == held - held // 4
    assert position["realised_pnl_lamports"] == 0
    await scene.prove()
    await scene.steal_tokens("WIF", held - held // 4)
    await scene.follow()
    (position,) = await scene.live.rows("SELECT * FROM positions")
    assert (position["state"], position["cost_lamports"]) == ("closed", 0)
    await scene.prove()


async def test_an_account_closed_from_outside_gives_its_rent_back(scene: MovementScene) -> None:
    await scene.live.done(scene.live.buying())
    await scene.live.done(scene.live.selling(scene.held("WIF")))
    await scene.close("WIF")
    assert await scene.follow() == 1
    (position,) = await scene.live.rows("SELECT * FROM positions")
    assert position["rent_lamports"] == 0
    await scene.prove()


async def test_what_is_held_for_an_order_and_left_ends_the_order(scene: MovementScene) -> None:
    order = await scene.live.orders.place(scene.live.request(), scene.live.buying(60 * SOL))
    await scene.steal(50 * SOL)
    assert await scene.follow() == 1
    ended = await scene.live.means.book.read((OWNER, order.number))
    assert (ended.state, ended.end_reason) == (IntentState.REFUSED, "live_funds_left")
    with pytest.raises(Refusal) as refused:
        await scene.live.orders.place(scene.live.request(), scene.live.buying(60 * SOL))
    assert refused.value.code in {"live_not_enough", "live_wallet_paused"}
    await scene.prove()


async def test_a_token_that_is_tracked_later_has_its_position_then(scene: MovementScene) -> None:
    scene.give("BONK", 7_000)
    await scene.follow()
    assert await scene.live.rows("SELECT * FROM positions") == []
    shelf = PostgresShelf(scene.live.database)
    token = await shelf.keep(tracked(scene.live.world, "BONK"), [])
    tokens = scene.means.live.tokens
    assert isinstance(tokens, dict)
    tokens[token.token_id] = token
    for _ in range(12):
        await scene.movements.watch()
    (position,) = await scene.live.rows("SELECT * FROM positions")
    assert position["token_units"] == 7_000
    assert await scene.told() == ["adopted ['BONK']"]
    await scene.prove()


async def test_a_node_that_never_heard_of_it_takes_nothing_away(scene: MovementScene) -> None:
    scene.pay(SOL)
    scene.live.world.endpoints[0].faults = EndpointFaults(statuses_blind=True)
    assert await scene.follow() == 1
    assert (await scene.means.book.watched(PLACE)).slot > 0
    await scene.prove()


async def test_our_own_swaps_are_no_movements(scene: MovementScene) -> None:
    await scene.live.done(scene.live.buying())
    scene.pay(SOL)
    assert await scene.follow() == 1
    assert await scene.live.value("SELECT count(*) FROM live_movements") == 1
    await scene.prove()
