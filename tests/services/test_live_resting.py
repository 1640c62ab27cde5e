"""Live orders that wait: each fires once, and fills or waits on."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.stops import PostgresStops
from bot.domain.errors import Refusal
from bot.domain.live_orders import LiveSide
from bot.domain.positions import Side
from bot.domain.resting_plans import (
    DipPlan,
    EntryPlan,
    NewTerms,
    SchedulePlan,
    Stop,
    TakeProfit,
    TimeExit,
    Trailing,
)
from bot.domain.users import Mode, Role
from bot.services.stops import Stops
from tests.builders.live_resting import LiveWaiting, live_waiting, percent
from tests.builders.live_scenes import OWNER, live_scene
from tests.builders.swap_worlds import SOL, swap_world
from tests.fakes.stop_news import PlainStopNews


@pytest.fixture
async def at(database: Pool) -> AsyncIterator[LiveWaiting]:
    async with swap_world(slot_ms=10) as world:
        yield await live_waiting(await live_scene(world, database))


def code_of(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.code


async def test_a_stop_that_is_reached_sells_the_position_once(at: LiveWaiting) -> None:
    number = await at.buy()
    (stop,) = await at.guard(number, Stop(level=percent("-8")))
    await at.ticks(80)
    order = await at.order(stop)
    assert (order.state, order.filled_order, order.intent_number) == ("filled", 3, None)
    assert await at.positions() == ()
    (fill,) = await at.scene.rows("SELECT * FROM orders WHERE reason = 'stop'")
    assert fill["mode"] == "live"
    await at.ticks(70)
    assert await at.intents() == 2
    await at.prove()


async def test_a_limit_fills_at_its_limit_or_better_or_waits_on(at: LiveWaiting) -> None:
    at.set_price(120)
    (limit,) = await at.place(at.entry_at(percent("-14")))  # at 103.2 % of what the venue asks
    (low,) = await at.place(at.entry_at(percent("-17.5")))  # at 99 %: the venue asks more
    await at.ticks(98)
    assert await at.states() == {limit: "filled", low: "working"}
    (fill,) = await at.scene.rows("SELECT * FROM live_intents")
    asked = Decimal(fill["amount_in"]) / Decimal(fill["min_out"]) / 1000
    assert asked <= at.price * Decimal("1.032")
    await at.prove()


async def test_the_steps_of_a_ladder_are_sold_side_by_side(at: LiveWaiting) -> None:
    number = await at.buy()
    steps = [TakeProfit(level=percent(level), share_percent=50) for level in ("3", "6")]
    await at.guard(number, *steps)
    await at.ticks(108)
    async with asyncio.timeout(60):
        # Two equal swaps at one block are one transaction: then one of them waits for the next.
        while set((await at.states()).values()) != {"filled"}:
            await asyncio.sleep(0.02)
            await at.orders.recover()
    assert await at.positions() == ()
    assert at.scene.held() == 0
    await at.prove()


async def test_a_bracket_places_its_exits_in_the_fills_transaction(at: LiveWaiting) -> None:
    exits = (Stop(level=percent("-8")), TakeProfit(level=percent("30"), share_percent=50))
    number = await at.buy(SOL, *exits)
    assert list((await at.states()).values()) == ["working", "working"]
    await at.ticks(80)
    assert list((await at.states()).values()) == ["filled", "cancelled"]
    assert [one.number for one in await at.positions()] == []
    assert number == 1
    await at.prove()


async def test_a_limit_brings_its_exits_and_cancels_the_other_of_the_two(at: LiveWaiting) -> None:
    at.set_price(120)
    entry = at.entry(exits=(Stop(level=percent("-8")),))
    breakout = EntryPlan(entry=entry, level=percent("20"), is_breakout=True)
    await at.place(EntryPlan(entry=entry, level=percent("-14"), other=breakout))
    await at.ticks(98)
    assert list((await at.states()).values()) == ["filled", "cancelled", "working"]
    await at.prove()


async def test_repeated_buys_count_down_and_dips_go_lower(at: LiveWaiting) -> None:
    plan = SchedulePlan(entry=at.entry(SOL // 2), every=timedelta(hours=1), times=2)
    (dca,) = await at.place(plan)
    dip = DipPlan(entry=at.entry(SOL // 2), drop_percent=Decimal(3), times=2)
    (dips,) = await at.place(dip)
    await at.let_pass(dca, due_at=timedelta(hours=1))
    await at.run_due()
    order = await at.order(dca)
    assert (order.state, order.placed.times_left, order.generation) == ("working", 1, 1)
    await at.ticks(96.5)
    order = await at.order(dips)
    assert (order.state, order.placed.times_left, order.generation) == ("working", 1, 1)
    assert await at.intents() == 2
    await at.prove()


async def test_a_trailing_stop_follows_the_price_and_sells(at: LiveWaiting) -> None:
    number = await at.buy()
    (trail,) = await at.guard(number, Trailing(percent=Decimal(10)))
    await at.ticks(106)
    await at.ticks(94)
    assert (await at.order(trail)).state == "filled"
    await at.prove()


async def test_a_time_exit_sells_its_part(at: LiveWaiting) -> None:
    number = await at.buy()
    before = (await at.positions())[0].token_units
    (timed,) = await at.guard(number, TimeExit(after=timedelta(hours=1), share_percent=50))
    await at.let_pass(timed, due_at=timedelta(hours=1))
    await at.run_due()
    assert (await at.order(timed)).state == "filled"
    assert (await at.positions())[0].token_units == before - before // 2
    await at.prove()


async def test_shorts_and_leverage_are_for_paper(at: LiveWaiting) -> None:
    for entry in (replace(at.entry(), side=Side.SHORT), replace(at.entry(), leverage=2)):
        with pytest.raises(Refusal) as refused:
            await at.propose(EntryPlan(entry=entry, level=percent("-5")))
        assert code_of(refused) == "live_long_only"


async def test_whoever_may_no_longer_enter_may_still_protect_and_leave(at: LiveWaiting) -> None:
    number = await at.buy()
    at.scene.owner.role = Role.BASIC
    with pytest.raises(Refusal) as refused:
        await at.propose(at.entry_at(percent("-5")))
    assert code_of(refused) == "not_permitted"
    await at.guard(number, Stop(level=percent("-8")))


async def test_what_is_under_way_withholds_what_would_sell_the_same(at: LiveWaiting) -> None:
    number = await at.buy()
    (stop,) = await at.guard(number, Stop(level=percent("-8")))
    half = (await at.positions())[0].token_units // 2
    by_hand = replace(at.scene.selling(half, number))
    assert by_hand.side is LiveSide.SELL
    intent = await at.orders.place(at.ask(), by_hand)
    await at.ticks(80)
    assert (await at.order(stop)).state == "working"
    await at.orders.carry_out((OWNER, intent.number))
    await at.ticks(80)
    assert (await at.order(stop)).state == "filled"
    assert at.scene.held() == 0
    await at.prove()


async def test_what_is_bought_while_a_stop_sells_stays_guarded(at: LiveWaiting) -> None:
    number = await at.buy()
    (stop,) = await at.guard(number, Stop(level=percent("-8")))
    more = await at.orders.place(at.ask(), at.scene.buying(SOL // 2))
    for _ in range(2):
        await at.tick(80, settles=False)
    clock = at.resting.clock
    (firings,) = await clock.ready()
    intent = await at.resting.clock._live._begun(firings[0])  # type: ignore[union-attr]
    assert intent is not None
    await at.orders.carry_out((OWNER, more.number))
    await at.orders.carry_out((OWNER, intent.number))
    order = await at.order(stop)
    assert (order.state, order.generation) == ("working", 1)
    assert len(await at.positions()) == 1
    clock._in_hand.clear()
    await at.ticks(80)
    assert await at.positions() == ()
    await at.prove()


async def test_terms_change_and_all_is_cancelled_in_the_live_books_alone(at: LiveWaiting) -> None:
    number = await at.buy()
    (stop,) = await at.guard(number, Stop(level=percent("-8")))
    terms = NewTerms(level=percent("-20"))
    await at.resting.orders.change(at.ask(), stop, terms, lambda _: (), Mode.LIVE)
    await at.ticks(85)
    assert (await at.order(stop)).state == "working"
    with pytest.raises(Refusal):
        await at.resting.orders.cancel(at.ask(), None, lambda _: (), Mode.PAPER)
    await at.resting.orders.cancel(at.ask(), None, lambda _: (), Mode.LIVE)
    assert (await at.order(stop)).state == "cancelled"


async def test_while_live_trading_is_off_its_orders_wait_untouched(at: LiveWaiting) -> None:
    number = await at.buy()
    (stop,) = await at.guard(number, Stop(level=percent("-8")))
    (timed,) = await at.guard(number, TimeExit(after=timedelta(hours=1)))
    await at.let_pass(timed, due_at=timedelta(hours=1))
    off = await at.restarted(is_on=False)
    await off.ticks(80)
    await off.run_due()
    assert await off.states() == {stop: "working", timed: "working"}
    assert (await off.order(stop)).triggered_at is None
    assert await off.intents() == 1


async def test_a_venue_that_gives_less_than_the_slippage_allows_is_told_once(
    at: LiveWaiting,
) -> None:
    number = await at.buy()
    (profit,) = await at.guard(number, TakeProfit(level=percent("20")))
    await at.ticks(130)
    await at.ticks(131)
    order = await at.order(profit)
    assert (order.state, order.last_refusal) == ("working", "live_below_least")
    assert sum("could not fill" in text for text in await at.told()) == 1
    assert await at.intents() == 1


async def test_an_exit_that_waits_sells_for_whoever_is_frozen(at: LiveWaiting) -> None:
    number = await at.buy()
    (stop,) = await at.guard(number, Stop(level=percent("-8")))
    await at.scene.database.execute("UPDATE users SET status = 'frozen' WHERE user_id = $1", OWNER)
    with pytest.raises(Refusal) as refused:
        await at.orders.place(at.ask(), at.scene.selling(at.scene.held(), number))
    assert code_of(refused) == "frozen"
    await at.ticks(80)
    assert (await at.order(stop)).state == "filled"
    await at.prove()


async def test_an_emergency_stop_sells_live_positions_once(at: LiveWaiting) -> None:
    number = await at.buy()
    await at.guard(number, Stop(level=percent("-8")))
    house = at.parts.house
    stops = Stops(
        book=PostgresStops(at.scene.database, on_outbox=lambda _queued: None),
        board=house.board,
        books=house.books,
        clock=SystemClock(),
        notices=PlainStopNews(),
    )
    asked = at.ask()
    stops.take_live(at.orders, 1_000)
    line = await stops.question(asked.user)
    assert (line.positions, line.live) == (1, 1)
    await stops.pull_own(asked, closes=True, place=None, answer=lambda _line: ())
    for _ in range(2):
        await stops.close_what_is_stopped(house.trading)
    assert await at.intents() == 2
    await at.orders.carry_out((OWNER, 2))
    await stops.close_what_is_stopped(house.trading)
    assert await at.positions() == ()
    assert stops.concerning(OWNER)[0].closed_at is not None
    assert set((await at.states()).values()) == {"cancelled"}
    assert await at.intents() == 2
    await at.prove()
