"""Shorts that no longer carry their margin go at the next tick, and only those."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.domain.errors import Refusal
from bot.domain.orders import CloseIntent
from bot.domain.pools.concentrated import ConcentratedPool, KnownTicks
from bot.domain.pools.oriented import OrientedCurve
from bot.domain.triggers import Gauge
from bot.domain.users import Mode, Role
from tests.builders.desks import SOL, pool, request
from tests.builders.houses import PRICE, RULES, house


async def test_only_the_shorts_that_are_used_up_go(database: Pool) -> None:
    built = await house(database)
    await built.short(1, 20 * SOL, 1, Role.BASIC)
    await built.short(2, SOL, 3, Role.BASIC)
    await built.short(3, 5 * SOL, 3, Role.ADMIN)
    await built.tick(110)
    assert await built.still_short(1, 2, 3) == [1, 2, 3]
    await built.rise(135)
    assert await built.still_short(1, 2, 3) == [1]
    proof = await PostgresLedgerAudit(database, SystemClock()).prove()
    assert proof.differences == ()


async def test_a_banned_owner_and_a_frozen_one_are_liquidated_all_the_same(database: Pool) -> None:
    built = await house(database)
    await built.short(1, SOL, 3, Role.BASIC)
    await built.short(2, SOL, 3, Role.BASIC)
    await database.execute("UPDATE users SET status = 'banned' WHERE user_id = 1")
    await database.execute("UPDATE users SET status = 'frozen' WHERE user_id = 2")
    await built.rise(135)
    assert await built.still_short(1, 2) == []


async def test_a_single_outlier_liquidates_nobody(database: Pool) -> None:
    built = await house(database)
    await built.short(1, SOL, 3, Role.BASIC)
    for percent in (300, 105, 300, 100, 180, 110):
        await built.tick(percent)
    assert await built.still_short(1) == [1]
    await built.liquidations.check({built.kept.token_id})
    await built.tick(180)
    # The same slot seen again is no second reading.
    for _ in range(5):
        await built.liquidations.check({built.kept.token_id})
    assert await built.still_short(1) == [1]
    await built.tick(180)
    assert await built.still_short(1) == []


async def test_nobody_is_liquidated_while_pools_disagree(database: Pool) -> None:
    built = await house(database)
    token_id = built.kept.token_id
    await built.short(1, SOL, 3, Role.BASIC)
    other = replace(pool(sol_reserve=PRICE), address="other")
    for _ in range(6):
        slot = built.chain.reading.slot + 1
        built.board.set_price(token_id, [replace(other, slot=slot)], SystemClock().now())
        moved = replace(pool(sol_reserve=2 * PRICE, slot=slot), address="pool")
        built.chain.reading = moved
        built.board.set_price(token_id, [moved], SystemClock().now())
        await built.suspicions.check({token_id})
        await built.liquidations.check({token_id})
    assert await built.still_short(1) == [1]
    assert built.suspicions.of(token_id) is not None
    with pytest.raises(Refusal, match="price_disputed"):
        await built.short(2, SOL, 1, Role.BASIC)


async def test_nobody_trades_while_the_slots_of_all_nodes_stand_still(database: Pool) -> None:
    built = await house(database)
    long_ago = SystemClock().now() - timedelta(minutes=12)
    stuck = replace(built.chain.reading, slot=500)
    built.board.set_price(built.kept.token_id, [stuck], long_ago)
    built.chain.reading = stuck
    with pytest.raises(Refusal, match="stale_price"):
        await built.short(1, SOL, 1, Role.BASIC)
    built.chain.reading = replace(stuck, slot=501)
    await built.short(1, SOL, 1, Role.BASIC)
    assert await built.still_short(1) == [1]


async def test_an_order_looks_at_neighbours_that_were_read_long_before(database: Pool) -> None:
    built = await house(database)
    token_id, long_ago = built.kept.token_id, SystemClock().now() - timedelta(minutes=1)
    other = replace(pool(sol_reserve=2 * PRICE), address="other")
    place = replace(built.board.places[token_id][0], address="other")
    built.board.track(built.kept, (*built.board.places[token_id], place))
    built.board.set_price(token_id, [replace(other, slot=100)], long_ago)
    built.chain.others["other"] = replace(other, slot=built.chain.reading.slot)
    with pytest.raises(Refusal, match="price_disputed"):
        await built.short(1, SOL, 1, Role.BASIC)


async def test_nobody_trades_while_the_chain_falls_behind_its_own_time(database: Pool) -> None:
    built = await house(database)
    built.chain.behind_seconds = 91
    with pytest.raises(Refusal, match="stale_price"):
        await built.short(1, SOL, 1, Role.BASIC)
    built.chain.behind_seconds = 89
    await built.short(1, SOL, 1, Role.BASIC)


async def test_shorts_far_from_their_end_cost_no_reading_and_no_query(
    database: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = await house(database)
    for user_id in range(1, 6):
        await built.short(user_id, SOL * user_id, 2, Role.BASIC)
    await built.tick(101)
    built.chain.full_reads.clear()
    with monkeypatch.context() as patched:
        patched.setattr("bot.adapters.database.books.connected", _refuse)
        patched.setattr("bot.adapters.database.books.pinned", _refuse)
        for percent in (105, 112, 90, 104):
            await built.tick(percent)
    assert built.chain.full_reads == []
    assert built.triggers.counts()[Gauge.PRICE_SOL] == 5
    await built.rise(150)
    assert await built.still_short(*range(1, 6)) == []


async def test_shorts_of_before_a_restart_go_as_the_others(database: Pool) -> None:
    first = await house(database)
    await first.short(1, SOL, 3, Role.BASIC)
    await first.short(2, SOL, 1, Role.BASIC)
    second = await house(database, first.chain)
    await second.triggers.load()
    await second.rise(135)
    assert await second.still_short(1, 2) == [2]


async def test_a_jump_past_the_alarm_takes_no_longer_than_the_rule_says(database: Pool) -> None:
    built = await house(database)
    await built.short(1, SOL, 3, Role.BASIC)
    await built.tick(100)
    assert built.triggers.counts()[Gauge.PRICE_SOL] == 1
    for _ in range(RULES.readings_deep):
        assert await built.still_short(1) == [1]
        await built.tick(300)
    assert await built.still_short(1) == []


async def test_what_a_short_becomes_is_what_is_watched(database: Pool) -> None:
    built = await house(database)
    await built.short(1, SOL, 3, Role.BASIC)
    await built.short(2, SOL, 3, Role.BASIC)
    await built.short(3, SOL, 3, Role.BASIC)
    await built.tick(100)
    desk = await built.books.desk(1, Mode.PAPER, "")
    closing = CloseIntent(number=desk.positions[0].number)
    await built.trading.close(request("tg:close", of=desk.user), closing, lambda _: ())
    other = await built.books.desk(2, Mode.PAPER, "")
    await built.wallets.reset(request("tg:reset", of=other.user), lambda _: ())
    await built.tick(100)
    assert built.triggers.counts()[Gauge.PRICE_SOL] == 1
    # What changes a margin without a fill is read anew.
    await database.execute("UPDATE positions SET margin_lamports = 1 WHERE user_id = 3")
    built.liquidations.note_changed([3])
    await built.rise(101)
    assert await built.still_short(3) == []


async def test_a_pool_that_drains_without_moving_its_price_hides_nobody(database: Pool) -> None:
    built = await house(database)
    await built.short(1, 20 * SOL, 1, Role.BASIC)
    await built.tick(100)
    assert built.triggers.counts()[Gauge.PRICE_SOL] == 1
    token_id = built.kept.token_id
    for _ in range(RULES.readings_thin):
        drained = pool(
            sol_reserve=30 * SOL,
            token_reserve=10**12 * 30 // 18_420,
            slot=built.chain.reading.slot + 1,
        )
        built.chain.reading = replace(drained, address="pool")
        built.board.set_price(token_id, [built.chain.reading], SystemClock().now())
        await built.liquidations.check({token_id})
        await built.triggers.check({token_id})
    assert await built.still_short(1) == []


async def test_shorts_that_end_while_others_are_looked_at_disturb_nothing(database: Pool) -> None:
    built = await house(database)
    users = range(1, 6)
    for user_id in users:
        await built.short(user_id, SOL, 3, Role.BASIC)

    async def leave(user_id: int) -> None:
        desk = await built.books.desk(user_id, Mode.PAPER, "")
        closing = CloseIntent(number=desk.positions[0].number)
        await built.trading.close(
            request(f"tg:close:{user_id}", of=desk.user), closing, lambda _: ()
        )

    await asyncio.gather(built.tick(100), *(leave(user_id) for user_id in users))
    await built.tick(100)
    assert built.triggers.counts()[Gauge.PRICE_SOL] == 0
    assert await built.still_short(*users) == []


def _refuse(*_: object) -> None:
    raise AssertionError("nobody is near their end: nothing is asked of the database")


async def test_a_reading_without_ticks_is_read_in_full_before_it_is_judged(database: Pool) -> None:
    built = await house(database)
    await built.short(1, 5 * SOL, 2, Role.BASIC)
    whole = replace(built.chain.reading, slot=200)
    price_tick = 98_200
    narrow = ConcentratedPool(
        sqrt_price=2**64 * 18_420 // 135,
        tick=price_tick,
        liquidity=10,
        fee_rate=3000,
        ticks=KnownTicks(lowest_tick=price_tick, highest_tick=price_tick + 1),
        first_payable=1,
        second_payable=10**30,
    )
    partial = replace(whole, slot=199, curve=OrientedCurve(pool=narrow, is_base_first=True))
    built.board.set_price(built.kept.token_id, [partial], SystemClock().now())
    built.chain.reading = whole
    built.chain.full_reads.clear()
    ann = (await built.books.desk(1, Mode.PAPER, "")).user
    portfolio = await built.wallets.portfolio(ann)
    assert portfolio.is_whole
    assert portfolio.equity_lamports > 99 * SOL
    built.chain.is_away = True
    built.board.set_price(built.kept.token_id, [replace(partial, slot=201)], SystemClock().now())
    assert not (await built.wallets.portfolio(ann)).is_whole
    await built.liquidations.check({built.kept.token_id})
    assert await built.still_short(1) == [1]
