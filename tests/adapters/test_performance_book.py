"""Reports are read from one season of one mode, in one snapshot, and each thing is done once."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.performance import PostgresPerformance
from bot.adapters.database.reports import PostgresLeaderboards, PostgresReports
from bot.domain.daily_reports import ReportHour
from bot.domain.notices import Notice, Priority, QueuedNotice
from bot.domain.performance import EquityPoint, max_drawdown
from bot.domain.users import Mode
from bot.ports.performance import Due, Sample
from tests.builders.books import books_on, decided_long, known_token, meet
from tests.builders.chance import seeded
from tests.builders.desks import NOON, SOL, request

MIDNIGHT = datetime(2026, 10, 1, tzinfo=UTC)
_COUNT = "SELECT count(*) FROM equity_points"


def sample(worth: int, at: datetime, **parts: object) -> Sample:
    point = EquityPoint(at=at, equity_lamports=worth)
    one = Sample(user_id=1001, mode=Mode.PAPER, season=1, version=1, point=point)
    return replace(one, **parts)


async def test_a_record_is_of_one_season_and_one_mode(database: Pool) -> None:
    books, kept, book = (
        books_on(database),
        await known_token(database),
        PostgresPerformance(database),
    )
    ann = await meet(books)
    await books.book(*await decided_long(books, ann, kept, request_id="tg:1"), [])
    now = SystemClock().now()
    record = await book.record(ann.user_id, Mode.PAPER, length=None, until=now)
    assert (record.fills, record.exits.exits, len(record.desk.positions)) == (1, 0, 1)
    assert record.network_fees_lamports == 15_000
    assert record.pool_fees_lamports == SOL * 25 // 10_000
    await books.start_season(request("tg:2", of=ann), Mode.PAPER, [])
    later = await book.record(ann.user_id, Mode.PAPER, length=None, until=now)
    assert (later.fills, later.network_fees_lamports, later.desk.wallet.season) == (0, 0, 2)
    assert later.by_token == later.by_reason == later.points == ()


async def test_a_span_begins_with_the_last_point_before_it(database: Pool) -> None:
    await meet(books_on(database))
    await database.execute("UPDATE virtual_wallets SET started_at = $1", MIDNIGHT)
    book = PostgresPerformance(database)
    hours = [MIDNIGHT + timedelta(hours=hour) for hour in range(60)]
    await book.write_down([sample(100 + place, at) for place, at in enumerate(hours)])
    until = MIDNIGHT + timedelta(hours=59, minutes=30)
    record = await book.record(1001, Mode.PAPER, length=timedelta(days=1), until=until)
    assert record.since == until - timedelta(days=1)
    assert [one.equity_lamports for one in record.points] == list(range(135, 160))
    whole = await book.record(1001, Mode.PAPER, length=timedelta(days=7), until=until)
    assert (whole.since, len(whole.points)) == (MIDNIGHT, 60)


async def test_a_record_is_one_snapshot_while_fills_come_in(database: Pool) -> None:
    books, kept, book = (
        books_on(database),
        await known_token(database),
        PostgresPerformance(database),
    )
    ann = await meet(books)

    async def trade() -> None:
        for number in range(12):
            decided = await decided_long(
                books, ann, kept, request_id=f"tg:{number}", size_lamports=SOL // 10
            )
            await books.book(*decided, [])

    async def look() -> int:
        looks = 0
        while not trading.done():
            record = await book.record(1001, Mode.PAPER, length=None, until=NOON)
            assert record.fills == record.desk.wallet.last_order
            assert record.network_fees_lamports == record.desk.fees_lamports
            looks += 1
        return looks

    async with asyncio.TaskGroup() as group:
        trading = group.create_task(trade())
        looking = group.create_task(look())
    assert looking.result() > 0


async def test_the_databases_drawdowns_are_those_of_the_formula(database: Pool) -> None:
    books, book = books_on(database), PostgresPerformance(database)
    chance = seeded(11)
    courses = {}
    for user_id in range(1001, 1031):
        await meet(books, user_id)
        worths = [chance.randrange(1, 200 * SOL) for _ in range(chance.randrange(12))]
        courses[user_id] = [100 * SOL, *worths]
        if worths:
            await book.write_down(
                [
                    sample(worth, NOON + timedelta(hours=place), user_id=user_id)
                    for place, worth in enumerate(worths)
                ]
            )
    found = await book.drawdowns(list(courses), Mode.PAPER)
    for user_id, course in courses.items():
        drawdown, highest = found[user_id]
        assert drawdown.fraction == pytest.approx(max_drawdown(course).fraction)
        assert highest == max(course)
    assert await book.drawdowns(list(courses), Mode.LIVE) == {}


async def test_wallets_are_due_that_changed_or_hold_something(database: Pool) -> None:
    books, kept, book = (
        books_on(database),
        await known_token(database),
        PostgresPerformance(database),
    )
    people = [await meet(books, user_id) for user_id in (1001, 1002, 1003)]
    now = SystemClock().now()
    first = [Due(user_id=one.user_id, mode=Mode.PAPER) for one in people]
    assert await book.due(now, None, 10) == first
    assert await book.due(now, first[0], 1) == [first[1]]
    await books.book(*await decided_long(books, people[1], kept, request_id="tg:1"), [])
    written = [sample(SOL, now, user_id=user_id, version=0) for user_id in (1001, 1003)]
    await book.write_down([*written, sample(SOL, now, user_id=1002, version=1)])
    assert await book.due(now, None, 10) == []
    assert await book.due(now + timedelta(hours=1), None, 10) == [first[1]]
    await book.write_down(written)
    assert await database.fetchval(_COUNT) == 3, "of one moment one point"


async def test_old_days_keep_their_lowest_highest_and_last_point(database: Pool) -> None:
    await meet(books_on(database))
    book = PostgresPerformance(database)
    worths = [5, 3, 9, 1, 7, 4, 6, 2, 8, 5, 5, 6] * 4
    at = [MIDNIGHT + timedelta(hours=2 * place) for place in range(len(worths))]
    await book.write_down([sample(*one) for one in zip(worths, at, strict=True)])
    gone = await book.thin(MIDNIGHT + timedelta(days=2), MIDNIGHT)
    rows = await database.fetch("SELECT at, equity_lamports FROM equity_points ORDER BY at")
    kept = [int(row["equity_lamports"]) for row in rows]
    assert kept == [9, 1, 6, 9, 1, 6, *worths[24:]]
    assert gone == 18
    assert await book.thin(MIDNIGHT + timedelta(days=2), MIDNIGHT) == 0
    assert max_drawdown(kept).fraction == max_drawdown(worths[2:]).fraction


async def test_a_due_report_is_queued_once_however_many_ask(database: Pool) -> None:
    await meet(books_on(database))
    told: list[QueuedNotice] = []
    books = [PostgresReports(database, on_outbox=told.extend) for _ in range(3)]
    hour = ReportHour(hour=9, offset_minutes=-90)
    await books[0].keep(1001, hour, NOON)
    assert await books[1].hour(1001) == hour
    (due,) = await books[0].due(NOON, 10)
    assert (due.user.user_id, due.hour, due.due_at) == (1001, hour, NOON)
    notice = Notice(
        chat_id=1001, method="sendMessage", payload={"text": "x"}, priority=Priority.REPORT
    )
    tomorrow = NOON + timedelta(days=1)
    outcomes = await asyncio.gather(*(book.done(due, tomorrow, [notice]) for book in books))
    assert sorted(outcomes) == [False, False, True]
    assert [one.notice for one in told] == [notice]
    assert await database.fetchval("SELECT count(*) FROM outbox") == 1
    assert await books[0].due(NOON, 10) == []


async def test_a_board_holds_so_many_and_each_group_its_own(database: Pool) -> None:
    books, board = books_on(database), PostgresLeaderboards(database)
    people = [await meet(books, 1001 + number) for number in range(12)]
    outcomes = await asyncio.gather(*(board.join(one.user_id, -5, 7) for one in people))
    assert sum(outcomes) == 7
    members = [one.user_id for one in await board.members(-5)]
    assert len(members) == 7
    assert await board.join(members[0], -5, 7), "who is in stays in"
    assert await board.members(-6) == []
    assert await board.leave(members[0], -5)
    assert not await board.leave(members[0], -5)
    await database.execute("UPDATE users SET status = 'banned' WHERE user_id = $1", members[1])
    assert [one.user_id for one in await board.members(-5)] == members[2:]


async def test_what_the_database_takes_from_a_receipt_is_what_it_says(database: Pool) -> None:
    books, kept = books_on(database), await known_token(database)
    ann = await meet(books)
    await books.book(*await decided_long(books, ann, kept, request_id="tg:1"), [])
    row = await database.fetchrow("SELECT * FROM orders")
    (order,) = await books.history(1001, Mode.PAPER, 1, None, 5)
    assert row["realised_pnl_lamports"] is None
    assert row["network_fee_lamports"] == order.receipt.fill.network_fee_lamports
    assert row["pool_fee_lamports"] == order.receipt.fill.pool_fee_units
    await database.execute(
        "UPDATE orders SET action = 'close', receipt = jsonb_set(jsonb_set(receipt,"
        " '{realised_pnl_lamports}', '-42'), '{fill,pool_fee_in_sol}', 'false')"
    )
    row = await database.fetchrow("SELECT * FROM orders")
    assert row["realised_pnl_lamports"] == Decimal(-42)
    fill = order.receipt.fill
    assert row["pool_fee_lamports"] == fill.pool_fee_units * fill.sol_lamports // fill.token_units
