"""Orders that wait fill once, at what the pool pays, and end with the position they belong to."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.adapters.database.connection import Pool
from bot.domain.errors import Refusal
from bot.domain.positions import Side
from bot.domain.resting import RestingState
from bot.domain.resting_plans import (
    BreakEven,
    DipPlan,
    EntryPlan,
    SchedulePlan,
    Size,
    SizeUnit,
    Stop,
    TakeProfit,
    TimeExit,
    Trailing,
)
from tests.builders.desks import SOL
from tests.builders.resting import percent, waiting


async def test_a_stop_fills_at_what_the_pool_pays_and_ends_the_other_exits(database: Pool) -> None:
    at = await waiting(database)
    number = await at.buy()
    stop, profit = await at.guard(
        number, Stop(level=percent("-8")), TakeProfit(level=percent("20"), share_percent=50)
    )
    await at.tick(95)
    assert await at.working() == [stop, profit]
    await at.ticks(80)
    assert await at.positions() == ()
    assert await at.state(stop) is RestingState.FILLED
    assert await at.state(profit) is RestingState.CANCELLED
    receipt = at.told.fills[0].receipt
    assert receipt.trigger is not None
    assert receipt.trigger.level_price is not None
    # Not at its level: far below, where the pool stood.
    assert receipt.fill.fill_price < receipt.trigger.level_price * Decimal("0.9")
    assert await database.fetchval("SELECT reason FROM orders ORDER BY number DESC") == "stop"
    await at.prove()


async def test_a_ladder_sells_its_shares_and_the_last_step_leaves_no_dust(database: Pool) -> None:
    at = await waiting(database)
    number = await at.buy()
    steps = [TakeProfit(level=percent(up), share_percent=share)
             for up, share in (("10", 33), ("20", 33), ("30", 34))]  # fmt: skip
    await at.guard(number, *steps)
    held = (await at.positions())[0].token_units
    await at.ticks(115)
    assert (await at.positions())[0].token_units == held - held * 33 // 100
    await at.ticks(140)
    assert await at.positions() == ()
    await at.prove()


async def test_an_exit_never_sells_more_than_is_left(database: Pool) -> None:
    at = await waiting(database)
    number = await at.buy()
    await at.guard(number, TakeProfit(level=percent("10"), share_percent=60))
    await at.sell(number, 70)
    await at.ticks(120)
    assert await at.positions() == ()
    await at.prove()


async def test_a_trailing_stop_follows_what_held_and_not_an_outlier(database: Pool) -> None:
    at = await waiting(database)
    number = await at.buy()
    (trail,) = await at.guard(number, Trailing(percent=Decimal(10)))
    await at.ticks(150)
    await at.tick(300)  # one reading alone moves nothing
    for _ in range(2):
        await at.tick(140)
    assert await at.working() == [trail]
    await at.ticks(134)
    assert await at.working() == []
    assert await at.positions() == ()


async def test_a_trail_survives_a_restart_where_it_was_last_written(database: Pool) -> None:
    at = await waiting(database)
    number = await at.buy()
    await at.guard(number, Trailing(percent=Decimal(10)))
    await at.ticks(150)
    again = await at.restarted()
    for _ in range(2):
        await again.tick(134)
    assert await again.positions() == ()
    note = again.told.fills[0].receipt.trigger
    assert note is not None
    assert note.is_while_away


async def test_break_even_moves_the_stop_to_the_entry(database: Pool) -> None:
    at = await waiting(database)
    number = await at.buy()
    stop, move = await at.guard(number, Stop(level=percent("-20")), BreakEven(level=percent("15")))
    await at.ticks(120)
    assert ("protected", move) in at.told.words
    assert await at.working() == [stop]
    await at.ticks(99)
    assert await at.positions() == ()
    assert await database.fetchval("SELECT reason FROM orders ORDER BY number DESC") == "break_even"


async def test_break_even_without_a_stop_places_one(database: Pool) -> None:
    at = await waiting(database)
    number = await at.buy()
    (move,) = await at.guard(number, BreakEven(level=percent("15")))
    await at.ticks(120)
    assert await at.working() == [move + 1]
    await at.ticks(99)
    assert await at.positions() == ()


async def test_a_time_exit_leaves_when_its_moment_comes(database: Pool) -> None:
    at = await waiting(database)
    number = await at.buy()
    (order,) = await at.guard(number, TimeExit(after=timedelta(hours=2), share_percent=50))
    await at.run_due()
    assert await at.working() == [order]
    await at.let_pass(order, due_at=timedelta(hours=2))
    held = (await at.positions())[0].token_units
    await at.run_due()
    assert (await at.positions())[0].token_units == held - held // 2
    assert await at.state(order) is RestingState.FILLED


async def test_a_limit_entry_brings_its_exits_in_the_same_transaction(database: Pool) -> None:
    at = await waiting(database)
    entry = at.entry("2", exits=(Stop(level=percent("-8")), TakeProfit(level=percent("20"))))
    (limit,) = await at.place(EntryPlan(entry=entry, level=percent("-10")))
    await at.ticks(85)
    assert await at.state(limit) is RestingState.FILLED
    assert len(await at.positions()) == 1
    assert len(await at.working()) == 2
    await at.ticks(70)
    assert await at.positions() == ()
    assert await at.working() == []
    await at.prove()


async def test_a_limit_that_would_fill_beyond_it_waits_on(database: Pool) -> None:
    at = await waiting(database)
    # The price is at the limit, but fees and impact carry the fill beyond it.
    (limit,) = await at.place(EntryPlan(entry=at.entry("50"), level=percent("-10")))
    for _ in range(3):
        await at.ticks(89.99)
    assert await at.working() == [limit]
    assert await at.positions() == ()
    await at.ticks(85)
    assert await at.state(limit) is RestingState.FILLED
    fill = at.told.fills[0].receipt
    assert fill.trigger is not None
    assert fill.trigger.level_price is not None
    assert fill.fill.fill_price <= fill.trigger.level_price


async def test_of_two_that_exclude_each_other_one_fills(database: Pool) -> None:
    at = await waiting(database)
    dip = EntryPlan(entry=at.entry(), level=percent("-10"))
    plan = EntryPlan(entry=at.entry(), level=percent("10"), is_breakout=True, other=dip)
    breakout, limit = await at.place(plan)
    await at.ticks(115)
    assert await at.state(breakout) is RestingState.FILLED
    assert await at.state(limit) is RestingState.CANCELLED
    await at.ticks(80)
    assert await database.fetchval("SELECT count(*) FROM orders") == 1


async def test_a_schedule_buys_its_times_and_ends(database: Pool) -> None:
    at = await waiting(database)
    plan = SchedulePlan(entry=at.entry(), every=timedelta(hours=1), times=3)
    (order,) = await at.place(plan)
    for times in range(1, 4):
        await at.let_pass(order, due_at=timedelta(hours=1))
        await at.run_due()
        assert await database.fetchval("SELECT count(*) FROM orders") == times
    assert await at.state(order) is RestingState.FILLED
    await at.prove()


async def test_times_that_passed_while_away_are_not_all_made_up_for(database: Pool) -> None:
    at = await waiting(database)
    plan = SchedulePlan(entry=at.entry(), every=timedelta(hours=1), times=10)
    (order,) = await at.place(plan)
    await at.let_pass(order, due_at=timedelta(hours=5, minutes=30))
    again = await at.restarted()
    for _ in range(3):
        await again.run_due()
    assert await database.fetchval("SELECT count(*) FROM orders") == 1


async def test_dips_are_bought_each_below_the_last_fill(database: Pool) -> None:
    at = await waiting(database)
    (order,) = await at.place(DipPlan(entry=at.entry(), drop_percent=Decimal(10), times=2))
    await at.ticks(89)
    assert await database.fetchval("SELECT count(*) FROM orders") == 1
    await at.ticks(84)
    assert await database.fetchval("SELECT count(*) FROM orders") == 1
    await at.ticks(78)
    assert await at.state(order) is RestingState.FILLED


async def test_a_short_has_its_stop_above_and_its_profit_below(database: Pool) -> None:
    at = await waiting(database)
    number = await at.buy(side=Side.SHORT)
    stop, profit = await at.guard(
        number, Stop(level=percent("15")), TakeProfit(level=percent("-15"))
    )
    await at.ticks(80)
    assert await at.state(profit) is RestingState.FILLED
    assert await at.state(stop) is RestingState.CANCELLED
    await at.prove()


async def test_a_size_by_risk_loses_that_share_at_its_stop(database: Pool) -> None:
    at = await waiting(database)
    size = Size(unit=SizeUnit.RISK_PERCENT, value=Decimal(1))
    entry = at.entry(exits=(Stop(level=percent("-8")),))
    plan = EntryPlan(entry=replace(entry, size=size), level=percent("-10"))
    (order,) = await at.place(plan)
    found = await database.fetchval(
        "SELECT size_lamports FROM resting_orders WHERE number = $1", order
    )
    assert int(found) == 100 * SOL // 100 * 100 // 8


async def test_what_is_reached_already_or_too_much_is_refused(database: Pool) -> None:
    at = await waiting(database)
    number = await at.buy()
    for code, exits in {
        "level_reached": [Stop(level=percent("20"))],
        "bad_level": [Stop(level=percent("-100"))],
        "shares_over_whole": [TakeProfit(level=percent("10"), share_percent=60)] * 2,
        "bad_trail": [Trailing()],
        "no_range": [Trailing(atr_times=Decimal(2))],
        "bad_schedule": [TimeExit(after=timedelta(days=100))],
    }.items():
        with pytest.raises(Refusal, match=code):
            await at.guard(number, *exits)
    with pytest.raises(Refusal, match="unknown_position"):
        await at.guard(99, Stop(level=percent("-8")))
    for _ in range(20):
        await at.guard(number, Stop(level=percent("-8")))
    with pytest.raises(Refusal, match="too_many_resting"):
        await at.guard(number, Stop(level=percent("-8")))
    assert len(await at.working()) == 20


async def test_the_same_request_places_once(database: Pool) -> None:
    at = await waiting(database)
    number = await at.buy()
    plan = EntryPlan(entry=at.entry(), level=percent("-10"))
    await at.place(plan, "cb:1")
    with pytest.raises(Refusal, match="already_done"):
        await at.place(plan, "cb:1")
    with pytest.raises(Refusal, match="request_mismatch"):
        await at.place(EntryPlan(entry=at.entry("2"), level=percent("-10")), "cb:1")
    assert len(await at.working()) == 1
    assert number == 1
