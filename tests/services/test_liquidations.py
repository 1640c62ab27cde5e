"""Shorts that no longer carry their margin go at the next tick, and only those."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.domain.errors import Refusal
from bot.domain.pools.concentrated import ConcentratedPool, KnownTicks
from bot.domain.pools.oriented import OrientedCurve
from bot.domain.users import Mode, Role
from tests.builders.desks import SOL, pool
from tests.builders.houses import PRICE, house


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


async def test_healthy_shorts_cost_no_reading_however_many_they_are(database: Pool) -> None:
    built = await house(database)
    for user_id in range(1, 6):
        await built.short(user_id, SOL * user_id, 2, Role.BASIC)
    built.chain.full_reads.clear()
    await built.tick(105)
    assert built.chain.full_reads == []
    token_id = built.kept.token_id
    assert list(await built.books.largest_shorts(Mode.PAPER, {token_id})) == [token_id]
    assert await built.books.shorts_at_risk(Mode.PAPER, {}) == []


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
