"""Live orders that wait ask their owner: before they wait, after a gap, and when they fail."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.adapters.database.connection import Pool
from bot.domain.errors import Refusal
from bot.domain.resting_plans import (
    ExitPlan,
    SchedulePlan,
    Stop,
)
from bot.domain.users import Mode
from bot.sandbox.jupiter_api.faults import Tampering, VenueFaults
from tests.builders.live_resting import LiveWaiting, live_waiting, percent
from tests.builders.live_scenes import OWNER, live_scene
from tests.builders.swap_worlds import SOL, swap_world


@pytest.fixture
async def at(database: Pool) -> AsyncIterator[LiveWaiting]:
    async with swap_world(slot_ms=10) as world:
        yield await live_waiting(await live_scene(world, database))


def code_of(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.code


async def test_what_is_proposed_waits_only_once_it_is_confirmed_in_time(at: LiveWaiting) -> None:
    number = await at.buy()
    plan = ExitPlan(position_number=number, exits=(Stop(level=percent("-8")),))
    (stop,) = await at.propose(plan)
    await at.ticks(80)
    assert await at.states() == {stop: "proposed"}
    with pytest.raises(Refusal) as refused:
        await at.live.confirm(at.ask(), stop, 1, lambda _: ())  # it would sell at once
    assert code_of(refused) == "level_reached"
    at.set_price(100)
    await at.let_pass(stop, created_at=timedelta(minutes=2))
    with pytest.raises(Refusal) as refused:
        await at.live.confirm(at.ask(), stop, 1, lambda _: ())
    assert code_of(refused) == "live_proposal_over"
    await at.resting.clock.expire()
    assert await at.states() == {stop: "expired"}
    (again,) = await at.place(plan)
    with pytest.raises(Refusal) as refused:
        await at.live.confirm(at.ask(), again, 1, lambda _: ())
    assert code_of(refused) == "live_proposal_over"
    assert (await at.order(again)).state == "working"


async def test_a_level_jumped_while_the_bot_was_down_is_asked_about(at: LiveWaiting) -> None:
    number = await at.buy()
    (stop,) = await at.guard(number, Stop(level=percent("-8")))
    again = await at.restarted()
    await again.ticks(80)
    order = await again.order(stop)
    assert (order.state, order.firing["why"]) == ("asked", "gap")
    assert await again.intents() == 1
    told = (await again.told())[-1]
    assert told.startswith("LIVE · Stop #")
    assert "jumped" in told
    await again.ticks(70)
    assert await again.intents() == 1  # nothing happens before its owner's word
    await again.prove()


async def test_a_small_jump_while_the_bot_was_down_is_carried_out(at: LiveWaiting) -> None:
    number = await at.buy()
    (stop,) = await at.guard(number, Stop(level=percent("-8")))
    again = await at.restarted()
    await again.ticks(90)
    assert (await again.order(stop)).state == "filled"


async def test_a_fast_fall_before_open_eyes_is_carried_out_at_once(at: LiveWaiting) -> None:
    number = await at.buy()
    (stop,) = await at.guard(number, Stop(level=percent("-8")))
    await at.ticks(60)
    assert (await at.order(stop)).state == "filled"


async def test_prices_that_stood_still_count_as_nobody_looking(at: LiveWaiting) -> None:
    number = await at.buy()
    (stop,) = await at.guard(number, Stop(level=percent("-8")))
    await at.tick(100)
    token_id = at.scene.token.token_id
    at.resting.clock._read_at[token_id] -= timedelta(minutes=5)
    await at.ticks(80)
    assert (await at.order(stop)).state == "asked"


async def test_execute_now_sells_once_and_an_old_button_does_nothing(at: LiveWaiting) -> None:
    number = await at.buy()
    (stop,) = await at.guard(number, Stop(level=percent("-8")))
    again = await at.restarted()
    await again.ticks(80)
    asked_in = (await again.order(stop)).generation
    for wrong in (asked_in - 1, asked_in + 1):
        with pytest.raises(Refusal) as refused:
            await again.live.execute(again.ask(), stop, wrong, ())
        assert code_of(refused) == "live_old_question"
    intent = await again.live.execute(again.ask(), stop, asked_in, ())
    for late in (again.live.execute, again.live.keep):
        with pytest.raises(Refusal) as refused:
            await late(again.ask(), stop, asked_in, ())
        assert code_of(refused) == "live_old_question"
    with pytest.raises(Refusal) as refused:
        await again.resting.orders.cancel(again.ask(), stop, lambda _: (), Mode.LIVE)
    assert code_of(refused) == "live_submitted"
    await again.orders.carry_out((OWNER, intent.number))
    assert (await again.order(stop)).state == "filled"
    assert await again.intents() == 2
    await again.prove()


async def test_a_kept_stop_waits_until_the_price_has_come_back(at: LiveWaiting) -> None:
    number = await at.buy()
    (stop,) = await at.guard(number, Stop(level=percent("-8")))
    again = await at.restarted()
    await again.ticks(80)
    await again.live.keep(again.ask(), stop, (await again.order(stop)).generation, ())
    await again.ticks(70)
    assert await again.intents() == 1
    await again.ticks(100)
    assert await again.intents() == 1
    await again.ticks(85)
    assert (await again.order(stop)).state == "filled"
    await again.prove()


async def test_repeated_buys_missed_for_long_are_asked_about(at: LiveWaiting) -> None:
    plan = SchedulePlan(entry=at.entry(), every=timedelta(hours=1), times=5)
    (dca,) = await at.place(plan)
    await at.let_pass(dca, due_at=timedelta(hours=4))
    await at.run_due()
    order = await at.order(dca)
    assert (order.state, order.firing["why"]) == ("asked", "late")
    await at.live.keep(at.ask(), dca, order.generation, ())
    await at.run_due()
    assert (await at.order(dca)).state == "working"
    assert await at.intents() == 0


async def test_a_stop_that_fails_is_told_armed_again_and_at_last_handed_over(
    at: LiveWaiting,
) -> None:
    number = await at.buy()
    (stop,) = await at.guard(number, Stop(level=percent("-8")))
    await at.buy(SOL // 2)
    at.scene.world.shop.faults = VenueFaults(tamper=next(each for each in Tampering if each))
    await at.ticks(80)
    order = await at.order(stop)
    assert (order.state, order.failures, order.last_refusal) == ("working", 1, "live_not_signed")
    assert "armed again" in (await at.told())[-1]
    await at.ticks(80)
    await at.ticks(80)
    order = await at.order(stop)
    assert (order.state, order.failures, order.firing["why"]) == ("asked", 3, "failed")
    assert await at.intents() == 5
    at.scene.world.shop.faults = VenueFaults()
    intent = await at.live.execute(at.ask(), stop, order.generation, ())
    await at.orders.carry_out((OWNER, intent.number))
    assert (await at.order(stop)).state == "filled"
    await at.prove()
