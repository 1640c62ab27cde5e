"""Whoever asks at the same moment, and whatever fails between, an order has one effect."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.adapters.database.connection import Pool
from bot.domain.errors import Refusal, Unavailable
from bot.domain.positions import Side
from bot.domain.resting import RestingState
from bot.domain.resting_plans import DipPlan, EntryPlan, NewTerms, Stop, TakeProfit
from bot.ports.books import BookingConflict
from tests.builders.desks import SOL
from tests.builders.resting import Waiting, percent, waiting

ROUNDS = 12


async def quietly(asked: object) -> str:
    try:
        await asked  # type: ignore[misc]
    except Refusal as refusal:
        return refusal.code
    except BookingConflict:
        return "conflict"
    return "done"


async def triggered_stop(at: Waiting) -> tuple[int, int]:
    """Bring a stop to the moment before its fill; gives position and order."""
    number = await at.buy()
    (stop,) = await at.guard(number, Stop(level=percent("-8")))
    for _ in range(2):
        await at.tick(80, settles=False)
    return number, stop


async def test_cancel_against_fill_has_one_effect(database: Pool) -> None:
    at = await waiting(database)
    outcomes = set()
    for turn in range(ROUNDS):
        at.set_price(100)
        number, stop = await triggered_stop(at)
        first, second = at.settle(), quietly(at.cancel(stop))
        asked = (first, second) if turn % 2 else (second, first)
        await asyncio.gather(*asked)
        await at.settle()
        state = await at.state(stop)
        is_sold = all(one.number != number for one in await at.positions())
        assert is_sold == (state is RestingState.FILLED)
        assert state in {RestingState.FILLED, RestingState.CANCELLED}
        outcomes.add(state)
        if not is_sold:
            await at.sell(number, 100)
        await database.execute("UPDATE orders SET filled_at = filled_at - interval '1 hour'")
    assert outcomes
    await at.prove()


async def test_fifty_presses_at_once_place_one_order(database: Pool) -> None:
    at = await waiting(database)
    plan = EntryPlan(entry=at.entry(), level=percent("-10"))
    told = await asyncio.gather(*(quietly(at.place(plan, "cb:same")) for _ in range(50)))
    assert told.count("done") == 1
    assert set(told) <= {"done", "already_done", "conflict"}
    assert len(await at.working()) == 1


async def test_fifty_presses_at_once_cancel_once(database: Pool) -> None:
    at = await waiting(database)
    (number,) = await at.place(EntryPlan(entry=at.entry(), level=percent("-10")))
    told = await asyncio.gather(*(quietly(at.cancel(number)) for _ in range(50)))
    assert told.count("done") == 1
    assert set(told) <= {"done", "order_not_working", "conflict"}


async def test_expiry_against_fill_has_one_effect(database: Pool) -> None:
    at = await waiting(database)
    for _ in range(4):
        at.set_price(100)
        number, stop = await triggered_stop(at)
        await at.let_pass(stop, expires_at=timedelta(days=31))
        at.resting.clock._in_hand.clear()
        await asyncio.gather(at.settle(), at.resting.clock.expire())
        state = await at.state(stop)
        is_sold = all(one.number != number for one in await at.positions())
        assert is_sold == (state is RestingState.FILLED)
        if not is_sold:
            await at.sell(number, 100)
    await at.prove()


async def test_two_lives_of_a_bot_fire_a_trigger_once(database: Pool) -> None:
    at = await waiting(database)
    number = await at.buy()
    await at.guard(number, TakeProfit(level=percent("10"), share_percent=50))
    other = await at.restarted()
    for one in (at, other):
        for _ in range(2):
            await one.tick(120, settles=False)
    await asyncio.gather(at.settle(), other.settle())
    assert await database.fetchval("SELECT count(*) FROM orders") == 2
    await at.prove()


async def test_what_was_seen_before_a_crash_fills_though_the_price_went_back(
    database: Pool,
) -> None:
    at = await waiting(database)
    _, stop = await triggered_stop(at)
    again = await at.restarted()
    await again.tick(100)
    assert await again.positions() == ()
    assert await again.state(stop) is RestingState.FILLED


async def test_a_level_crossed_while_away_fires_at_the_first_prices_and_says_so(
    database: Pool,
) -> None:
    at = await waiting(database)
    number = await at.buy()
    await at.guard(number, Stop(level=percent("-8")))
    at.set_price(70)
    again = await at.restarted()
    await again.ticks(70)
    assert await again.positions() == ()
    note = again.told.fills[0].receipt.trigger
    assert note is not None
    assert note.is_while_away


async def test_slippage_is_told_once_tried_again_and_at_last_rejected(database: Pool) -> None:
    at = await waiting(database)
    number = await at.buy(50 * SOL)
    (stop,) = await at.guard(number, Stop(level=percent("-8")), slippage_bps=1)
    for _ in range(5):
        await at.tick(80)
    assert at.told.words == [("held back", stop)]
    assert at.told.refusals == ["slippage_too_high"]
    attempts = "SELECT attempts FROM resting_orders WHERE number = $1"
    assert await database.fetchval(attempts, stop) >= 3
    await at.let_pass(stop, expires_at=timedelta(days=31))
    await at.resting.clock.expire()
    assert at.told.words[-1] == ("rejected", stop)
    assert isinstance(at.told.last.fields["slippage"], Decimal)
    assert await at.state(stop) is RestingState.REJECTED
    assert len(await at.positions()) == 1


async def test_wider_slippage_lets_a_held_back_stop_go(database: Pool) -> None:
    at = await waiting(database)
    number = await at.buy(50 * SOL)
    (stop,) = await at.guard(number, Stop(level=percent("-8")), slippage_bps=1)
    await at.ticks(80)
    at.set_price(100)
    await at.resting.orders.change(await at.ask(), stop, NewTerms(slippage_bps=2000), lambda _: ())
    await at.ticks(80)
    assert await at.positions() == ()
    assert await at.state(stop) is RestingState.FILLED


async def test_an_entry_without_cash_is_given_up_with_a_word(database: Pool) -> None:
    at = await waiting(database)
    (limit,) = await at.place(EntryPlan(entry=at.entry("80"), level=percent("-10")))
    await at.buy(60 * SOL)
    await at.ticks(70)
    assert await at.state(limit) is RestingState.REJECTED
    assert at.told.words == [("rejected", limit)]
    assert at.told.refusals in (["not_enough_cash"], ["over_position_limit"])


async def test_a_frozen_owner_buys_nothing_and_is_told(database: Pool) -> None:
    at = await waiting(database)
    (limit,) = await at.place(EntryPlan(entry=at.entry("5"), level=percent("-10")))
    await database.execute("UPDATE users SET status = 'frozen'")
    await at.ticks(70)
    assert at.told.words == [("rejected", limit)]
    assert at.told.refusals == ["frozen"]


async def test_a_frozen_owners_stop_still_acts(database: Pool) -> None:
    at = await waiting(database)
    number = await at.buy()
    (stop,) = await at.guard(number, Stop(level=percent("-8")))
    await database.execute("UPDATE users SET status = 'frozen'")
    await at.ticks(80)
    assert await at.state(stop) is RestingState.FILLED
    assert not await at.positions()
    await at.prove()


async def test_an_outage_leaves_a_stop_to_the_next_tick(database: Pool) -> None:
    at = await waiting(database)
    number = await at.buy()
    (stop,) = await at.guard(number, Stop(level=percent("-8")))
    at.house.chain.is_away = True
    for _ in range(3):
        await at.tick(80)
    assert len(await at.positions()) == 1
    assert at.told.words == []
    at.house.chain.is_away = False
    await at.tick(80)
    assert await at.state(stop) is RestingState.FILLED


async def test_a_database_that_is_away_when_a_level_is_reached_is_asked_again(
    database: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = await waiting(database)
    number = await at.buy()
    await at.guard(number, Stop(level=percent("-8")))
    clock = at.resting.clock

    async def away(_seen: object) -> list[object]:
        raise Unavailable("database")

    with monkeypatch.context() as patch:
        patch.setattr(clock._book, "triggered", away)
        with pytest.raises(Unavailable):
            await at.ticks(80)
    await at.ticks(80)
    assert await at.positions() == ()


async def test_a_fault_of_ours_leaves_a_stop_to_the_next_tick(
    database: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = await waiting(database)
    number = await at.buy()
    await at.guard(number, Stop(level=percent("-8")))

    async def stumble(*_arguments: object, **_more: object) -> None:
        raise AssertionError("a fault of ours")

    with monkeypatch.context() as patch:
        patch.setattr(at.house.trading, "leave", stumble)
        with pytest.raises(ExceptionGroup):
            await at.ticks(80)
    await at.tick(80)
    assert await at.positions() == ()


async def test_ticks_that_meet_leave_a_repeated_order_armed(database: Pool) -> None:
    at = await waiting(database)
    plan = DipPlan(entry=at.entry(), drop_percent=Decimal(10), times=3)
    (dip,) = await at.place(plan)
    at.house.chain.is_away = True
    await at.ticks(85)
    assert [one.placed.number for one in at.resting.clock._watch.pending.values()] == [dip]
    at.house.chain.is_away = False
    await asyncio.gather(*(at.tick(85) for _ in range(3)))
    await at.settle()
    assert await database.fetchval("SELECT count(*) FROM orders") == 1
    assert sum(at.triggers.counts().values()) == 1
    await at.ticks(70)
    assert await database.fetchval("SELECT count(*) FROM orders") == 2


async def test_a_pace_of_orders_holds_no_exit_back(database: Pool) -> None:
    at = await waiting(database)
    await database.execute("UPDATE role_limits SET value = 1 WHERE name = 'orders_per_minute'")
    number = await at.buy()
    await at.guard(number, Stop(level=percent("-8")))
    await at.ticks(80)
    assert await at.positions() == ()


async def test_stops_are_warned_of_a_day_ahead_and_their_end_is_told(database: Pool) -> None:
    at = await waiting(database)
    number = await at.buy()
    (stop,) = await at.guard(number, Stop(level=percent("-8")))
    await at.let_pass(stop, expires_at=timedelta(days=29, hours=1), created_at=timedelta(days=29))
    for _ in range(3):
        await at.resting.clock.expire()
    assert at.told.words == [("expires soon", stop)]
    await at.let_pass(stop, expires_at=timedelta(days=1))
    for _ in range(3):
        await at.resting.clock.expire()
    assert at.told.words[1:] == [("expired", stop)]
    await at.ticks(80)
    assert len(await at.positions()) == 1


async def test_a_season_that_ends_takes_its_orders_along(database: Pool) -> None:
    at = await waiting(database)
    number = await at.buy()
    await at.guard(number, Stop(level=percent("-8")))
    await at.place(EntryPlan(entry=at.entry(), level=percent("-10")))
    await at.house.wallets.reset(await at.ask(), lambda _: ())
    at.resting.clock.note_season(1001)
    assert await at.working() == []
    await at.settle()
    assert at.triggers.tokens() == set()
    await at.ticks(70)
    assert at.told.fills == []


async def test_reversing_closes_and_opens_the_other_way_once(database: Pool) -> None:
    at = await waiting(database)
    number = await at.buy()
    await at.guard(number, Stop(level=percent("-8")))
    request = await at.ask("cb:turn")
    for _ in range(2):
        told = await quietly(at.resting.brackets.reverse(request, number, lambda _: ()))
    assert told == "already_done"
    (turned,) = await at.positions()
    assert turned.side is Side.SHORT
    assert await at.working() == []
    assert await database.fetchval("SELECT count(*) FROM orders") == 3
    await at.prove()


async def test_a_market_entry_stands_with_its_exits_or_not_at_all(database: Pool) -> None:
    at = await waiting(database)
    entry = at.entry(exits=(Stop(level=percent("-8")), TakeProfit(level=percent("20"))))
    await at.resting.brackets.open(await at.ask(), entry, lambda _: ())
    assert len(await at.working()) == 2
    too_much = replace(entry, size=replace(entry.size, value=Decimal(500 * SOL)))
    assert await quietly(at.resting.brackets.open(await at.ask(), too_much, lambda _: ())) != "done"
    assert len(await at.working()) == 2
    await at.settle()
    await at.ticks(80)
    assert await at.positions() == ()
