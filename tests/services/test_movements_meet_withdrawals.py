"""A withdrawal that waits, and whose money leaves by another hand: it ends, and all is booked."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.adapters.database.connection import Pool
from bot.domain.withdrawals import WithdrawalState
from tests.builders.live_scenes import PURSE
from tests.builders.movement_scenes import movement_scene, otherwise
from tests.builders.swap_worlds import SOL, swap_world
from tests.builders.withdrawal_scenes import WithdrawalScene, withdrawal_scene


@pytest.fixture
async def scene(database: Pool) -> AsyncIterator[WithdrawalScene]:
    async with swap_world(slot_ms=10) as world:
        yield await withdrawal_scene(world, database)


async def test_a_withdrawal_whose_money_has_left_ends_and_the_movement_is_booked(
    scene: WithdrawalScene,
) -> None:
    scene = scene.with_rules(delay=timedelta(hours=1))
    withdrawal = await scene.proved(scene.sol(SOL))
    payments = scene.desk.payments
    moved = otherwise(movement_scene(scene.live), releases=(payments.give_up,))
    await moved.steal(PURSE - SOL // 2)
    assert await moved.follow() == 1
    assert (await scene.read(withdrawal.number)).state is WithdrawalState.CANCELLED
    assert await scene.held() == 0
    await moved.prove()


async def test_our_own_withdrawals_are_no_movements(scene: WithdrawalScene) -> None:
    moved = movement_scene(scene.live)
    await scene.sent(scene.sol(SOL))
    moved.pay(SOL)
    assert await moved.follow() == 1
    await moved.prove()
