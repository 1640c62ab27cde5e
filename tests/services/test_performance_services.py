"""Reports begin where they say, equity is written down only when it is known, pictures hide it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.domain.charts import Theme
from bot.domain.errors import Refusal
from bot.domain.performance import EquityPoint, Span
from bot.domain.positions import Side
from bot.domain.users import Mode, Status
from bot.ports.performance import Sample
from tests.builders.books import meet
from tests.builders.desks import SOL, token
from tests.builders.report_rooms import report_room

_COUNT = "SELECT count(*) FROM equity_points"
GROUP = -1001000000001


def points_of(worths: list[int], newest: datetime) -> list[Sample]:
    """A point an hour, the last one at `newest`."""
    return [
        Sample(
            user_id=1001,
            mode=Mode.PAPER,
            season=1,
            version=0,
            point=EquityPoint(
                at=newest - timedelta(hours=len(worths) - 1 - place), equity_lamports=worth * SOL
            ),
        )
        for place, worth in enumerate(worths)
    ]


async def older_season(database: Pool, days: int = 60) -> datetime:
    """Let the season have begun long ago; gives the present moment."""
    now = SystemClock().now()
    await database.execute("UPDATE virtual_wallets SET started_at = $1", now - timedelta(days=days))
    return now


async def test_a_young_season_is_measured_from_its_grant_in_every_span(database: Pool) -> None:
    room = await report_room(database)
    ann = await meet(room.house.books)
    for span in Span:
        report = await room.performance.pnl(ann, span)
        assert report.opening.equity_lamports == report.grant_lamports == 100 * SOL
        assert (report.gained_lamports, report.growth) == (0, 0)
        assert report.opening.at == report.season_began_at


async def test_a_span_is_measured_from_the_last_point_before_it(database: Pool) -> None:
    room = await report_room(database)
    ann = await meet(room.house.books)
    now = await older_season(database)
    await room.book.write_down(points_of([80, 90, 120] + [110] * 24, now))
    report = await room.performance.pnl(ann, Span.DAY)
    assert report.opening.equity_lamports == 120 * SOL
    assert report.opening.at == report.until - timedelta(days=1)
    assert report.equity_lamports == 100 * SOL
    whole = await room.performance.pnl(ann, Span.ALL)
    assert whole.opening.equity_lamports == 100 * SOL
    assert whole.drawdown.fraction == Decimal("0.2"), "from the grant to 80"
    week = await room.performance.pnl(ann, Span.WEEK)
    assert week.opening.equity_lamports == 80 * SOL, "nothing is known from before"
    assert week.opening.at > week.until - timedelta(days=7)


async def test_a_season_older_than_the_course_claims_no_gain_of_a_day(database: Pool) -> None:
    room = await report_room(database)
    ann = await meet(room.house.books)
    await older_season(database)
    report = await room.performance.pnl(ann, Span.DAY)
    assert (report.gained_lamports, report.opening.at) == (0, report.until)
    with pytest.raises(Refusal, match="no_course"):
        await room.performance.curve(ann, Span.DAY)


async def test_ratios_come_with_enough_days(database: Pool) -> None:
    room = await report_room(database)
    ann = await meet(room.house.books)
    now = await older_season(database, days=12)
    daily = [100, 101, 99, 103, 102, 106, 104, 108, 107, 110]
    at = [now - timedelta(days=len(daily) - place) for place in range(len(daily))]
    samples = [
        replace(one, point=EquityPoint(at=moment, equity_lamports=one.point.equity_lamports))
        for one, moment in zip(points_of(daily, now), at, strict=True)
    ]
    await room.book.write_down(samples)
    report = await room.performance.pnl(ann, Span.ALL)
    assert report.days >= 12
    assert report.sharpe is not None
    assert report.sortino is not None
    young = await room.performance.pnl(ann, Span.DAY)
    assert (young.sharpe, young.days < 7) == (None, True)


async def test_equity_is_written_down_when_it_changed_and_can_be_known(database: Pool) -> None:
    room = await report_room(database)
    ann = await meet(room.house.books)
    await room.performance.sample()
    assert await database.fetchval(_COUNT) == 1
    await room.open(ann, Side.LONG, 500)
    room.house.board._priced.clear()  # as after a start, before the first reading
    await room.performance.sample()
    assert await database.fetchval(_COUNT) == 1
    room.price(120)
    await room.performance.sample()
    held = await room.house.wallets.portfolio(ann)
    newest = "SELECT equity_lamports FROM equity_points ORDER BY at DESC LIMIT 1"
    assert await database.fetchval(newest) == held.equity_lamports


async def test_a_pool_that_shows_too_little_is_read_in_full_or_left(database: Pool) -> None:
    room = await report_room(database)
    ann = await meet(room.house.books)
    await room.open(ann, Side.SHORT, 900, 3)
    await room.performance.sample()
    # Too few tokens left to buy the short back: the pool itself has to say so.
    thin = replace(room.house.chain.reading, slot=room.house.chain.reading.slot + 1)
    pool = replace(thin.curve.pool, first_reserve=10**3)
    thin = replace(thin, curve=replace(thin.curve, pool=pool))
    room.house.board.set_price(room.house.kept.token_id, [thin], SystemClock().now())
    room.house.chain.is_away = True
    await database.execute("UPDATE equity_points SET at = at - interval '2 hours'")
    await room.performance.sample()
    assert await database.fetchval(_COUNT) == 1
    room.house.chain.is_away, room.house.chain.reading = False, thin
    await room.performance.sample()
    assert await database.fetchval(_COUNT) == 2, "the pool said so itself"


async def test_pictures_are_of_what_was_asked_and_hide_amounts(database: Pool) -> None:
    room = await report_room(database)
    ann = await meet(room.house.books)
    await room.open(ann, Side.LONG, 500)
    room.price(130)
    await room.close(ann, 1)
    view = await room.performance.card(ann, Span.WEEK, theme=Theme.LIGHT)
    card = await room.drawn(view.recipe)
    assert (card.theme, card.span, card.amounts, card.exits) == (Theme.LIGHT, Span.WEEK, None, 1)
    assert card.points[0].equity_lamports == 10**9, "a share, and not an amount"
    shown = await room.drawn((await room.performance.card(ann, Span.WEEK, amounts=True)).recipe)
    assert shown.amounts.realised_lamports == view.report.exits.realised_lamports
    assert shown.theme is Theme.LIGHT, "the taste is remembered"
    receipt = await room.drawn((await room.performance.receipt(ann, 2)).recipe)
    assert (receipt.title, receipt.reason, receipt.amounts) == ("Sold", "manual", None)
    assert float(receipt.growth) == pytest.approx(0.29, abs=0.02)
    entry = await room.drawn((await room.performance.receipt(ann, 1)).recipe)
    assert (entry.title, entry.growth, entry.held) == ("Bought", None, None)
    curve = await room.drawn((await room.performance.curve(ann, Span.ALL)).recipe)
    assert curve.points[-1].equity_lamports == view.report.equity_lamports
    for number in (0, 3, 999_999_999):
        with pytest.raises(Refusal, match="unknown_order"):
            await room.performance.receipt(ann, number)
    bob = await meet(room.house.books, 1002)
    with pytest.raises(Refusal, match="unknown_order"):
        await room.performance.receipt(bob, 1)


async def test_a_board_ranks_those_who_joined_by_their_present_season(database: Pool) -> None:
    room = await report_room(database)
    people = [await meet(room.house.books, 1001 + number) for number in range(4)]
    for place, who in enumerate(people[:3]):
        await room.open(who, Side.LONG if place != 1 else Side.SHORT, 1000)
    for who in (people[0], people[1], people[3]):
        await room.leaderboards.join(who, GROUP)
    room.price(70)
    await room.performance.sample()
    room.price(115)
    board = await room.leaderboards.board(people[3], GROUP)
    assert [one.user_id for one in board.standings] == [1001, 1002], "the third never joined"
    first, second = board.standings
    assert first.growth > 0 > second.growth
    assert board.median_growth == (first.growth + second.growth) / 2
    assert float(first.drawdown) == pytest.approx(0.03, abs=0.005), "it had been down in between"
    assert (board.idle, board.unpriced) == (1, 0)
    room.house.board._priced.clear()
    unpriced = await room.leaderboards.board(people[3], GROUP)
    assert (unpriced.standings, unpriced.unpriced, unpriced.median_growth) == ((), 2, None)


async def test_one_wallet_that_fails_holds_up_no_other(database: Pool) -> None:
    room = await report_room(database)
    people = [await meet(room.house.books, 1001 + number) for number in range(3)]
    for who in people:
        await room.reports.choose(who, 9, 0)
        await room.open(who, Side.LONG, 100)
    # A token that the board does not know: nothing that can happen, and yet.
    other = await room.house.shelf.keep(token(mint="other", symbol="ODD"), [])
    await database.execute(
        "UPDATE positions SET token_id = $1 WHERE user_id = 1002", other.token_id
    )
    lately = SystemClock().now() - timedelta(minutes=5)
    await database.execute("UPDATE daily_reports SET next_due_at = $1", lately)
    with pytest.raises(KeyError):
        await room.performance.sample()
    known = await database.fetch("SELECT DISTINCT user_id FROM equity_points ORDER BY user_id")
    assert [row["user_id"] for row in known] == [1001, 1003]
    with pytest.raises(KeyError):
        await room.reports.send_due()
    waiting = await database.fetch(
        "SELECT user_id FROM daily_reports WHERE next_due_at = $1", lately
    )
    assert [row["user_id"] for row in waiting] == [1002]


async def test_a_banned_person_is_sent_no_report_and_has_no_use_case(database: Pool) -> None:
    room = await report_room(database)
    ann = await meet(room.house.books)
    chosen = await room.reports.choose(ann, 9, 120)
    assert await room.reports.choose(ann, 10, None) == replace(chosen, hour=10)
    await database.execute("UPDATE users SET settings = '{\"utc_offset_minutes\": -300}'")
    assert (await room.reports.choose(ann, 10, None)).offset_minutes == -300, "as alerts know it"
    banned = replace(ann, status=Status.BANNED)
    for asked in (
        room.performance.pnl(banned, Span.ALL),
        room.reports.hour(banned),
        room.leaderboards.join(banned, GROUP),
    ):
        with pytest.raises(Refusal, match="banned"):
            await asked
    await database.execute("UPDATE users SET status = 'banned'")
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    await database.execute("UPDATE daily_reports SET next_due_at = $1", long_ago)
    await room.reports.send_due()
    assert await database.fetchval("SELECT count(*) FROM outbox") == 0
    assert await database.fetchval("SELECT min(next_due_at) FROM daily_reports") > long_ago
