"""With a tip, live orders go to the block engine alone; without one, to every node."""

from dataclasses import replace

import pytest

from bot.adapters.database.connection import Pool
from bot.bootstrap.settings import Settings
from bot.domain.live_orders import IntentState, LiveRules
from bot.sandbox.solana_rpc.faults import EndpointFaults
from tests.builders.live_scenes import EAGER, LiveScene, live_scene
from tests.builders.swap_worlds import SOL, SwapWorld, swap_world

TIP_LAMPORTS = 10_000
HASTY = replace(EAGER, patience_seconds=0.5, most_attempts=1)


def tips(world: SwapWorld) -> int:
    account = world.chain.account(world.shop.maker.tips)
    return account.lamports if account else 0


async def deaf_scene(world: SwapWorld, database: Pool, rules: LiveRules) -> LiveScene:
    """A scene whose nodes take every transaction and pass none on."""
    scene = await live_scene(world, database, rules=rules)
    for endpoint in world.endpoints:
        endpoint.faults = EndpointFaults(send_drop=True)
    return scene


async def test_an_order_with_a_tip_lands_past_nodes_that_pass_nothing_on(database: Pool) -> None:
    async with swap_world(slot_ms=10) as world:
        rules = replace(EAGER, tip_lamports=TIP_LAMPORTS)
        scene = await deaf_scene(world, database, rules)
        intent = await scene.done(scene.buying())
        assert intent.state is IntentState.FILLED
        assert intent.attempts[-1].is_ours_to_send
        assert tips(world) % SOL == TIP_LAMPORTS, "it was stocked with whole SOL"
        await scene.prove()


async def test_the_same_order_without_a_tip_is_heard_by_nobody(database: Pool) -> None:
    async with swap_world(slot_ms=10) as world:
        scene = await deaf_scene(world, database, HASTY)
        intent = await scene.done(scene.buying())
        assert intent.state is not IntentState.FILLED
        await scene.prove()


@pytest.mark.parametrize(("tip", "base"), [(5_000, ""), (999, "http://127.0.0.1:1/jito")])
def test_a_tip_that_nobody_would_take_is_refused_at_the_start(tip: int, base: str) -> None:
    values = {
        "bot_token": "1234567:AA" + "b" * 33,
        "live_trading": True,
        "signer_socket": "/run/signer.sock",
        "solana_rpc_urls": "http://127.0.0.1:1,http://127.0.0.1:2",
        "live_tip_lamports": tip,
        "jito_base": base,
    }
    with pytest.raises(ValueError, match="LIVE_TIP_LAMPORTS"):
        Settings.model_validate(values)
