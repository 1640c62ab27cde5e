"""The admins' daily report: told once of two jobs at once, and of a day that somebody lived."""

import asyncio
from datetime import timedelta

from bot.adapters.database.admin_reports import PostgresAdminReports
from bot.adapters.database.connection import Pool
from bot.bootstrap.news import Newsroom
from bot.domain.admin_reports import DayCount, command_day, quantile_ms, slot_of
from bot.domain.users import Role
from bot.observability.journeys import Journey, Journeys, note_refusal
from bot.services.admin_reports import AdminReports
from bot.services.day_tally import COMMAND, OUTAGE, REFUSAL, DayTally
from bot.telegram.admin_report_news import AdminReportNews
from bot.telegram.private_news import in_english
from tests.builders.desks import user
from tests.fakes.hand_clock import HandClock

ADMINS = [1, 2]
LIVED = """
    INSERT INTO users (user_id, first_name, created_at) VALUES (5, 'Ann', $1)
"""
FAILED = """
    INSERT INTO inbox (update_id, lane, raw, received_at, closed_at, failure)
    VALUES (1, 5, '{}', $1, $1, '1-abc KeyError at x.py:1'), (2, 5, '{}', $1, $1, '')
"""


def reports_on(database: Pool, clock: HandClock, tally: DayTally | None = None) -> AdminReports:
    newsroom = Newsroom(clock=clock, bot_name="kitrader", language_of=in_english)
    return AdminReports(
        book=PostgresAdminReports(database, on_outbox=lambda _queued: None),
        tally=tally or DayTally(),
        backups=None,
        notices=newsroom(AdminReportNews, admin_ids=ADMINS),
        clock=clock,
        hour=6,
        late_seconds=10.0,
    )


async def told(database: Pool) -> list[str]:
    rows = await database.fetch("SELECT payload ->> 'text' AS text FROM outbox ORDER BY notice_id")
    return [row["text"] for row in rows]


async def test_a_day_is_told_once_of_two_jobs_at_once_and_after_a_restart(database: Pool) -> None:
    clock = HandClock()
    one, other = reports_on(database, clock), reports_on(database, clock)
    await one.send_due()
    assert await told(database) == [], "nobody had come yet"
    yesterday = clock.now() - timedelta(days=1)
    await database.execute(LIVED, yesterday)
    await database.execute(FAILED, yesterday)
    one = reports_on(database, clock)
    await asyncio.gather(one.send_due(), other.send_due())
    await reports_on(database, clock).send_due()
    texts = await told(database)
    assert len(texts) == len(ADMINS)
    assert texts[0].startswith("The day 2026-10-05 in sums\nPeople: 1, 1 new, 1 active")
    assert "KeyError at x.py:1 1" in texts[0]
    clock.advance(timedelta(days=1).total_seconds())
    await one.send_due()
    assert len(await told(database)) == 2 * len(ADMINS)


async def test_commands_and_outages_are_kept_for_the_day(database: Pool) -> None:
    clock, tally = HandClock(), DayTally()
    for seconds in (0.010, 0.011, 0.500):
        journey = Journey(1, 100.0, 100.0)
        journey.door, journey.command = "command", "price"
        journey.stages.append(("handled", 100.0, 100.0 + seconds))
        tally.arrived(journey)
    tally.note_outage("prices", 0.4)
    tally.note_outage("prices", 120.6)
    await reports_on(database, clock, tally).keep_counts()
    admin = user()
    admin.user_id, admin.role = 1, Role.ADMIN
    day = await reports_on(database, clock, DayTally()).view(admin, is_yesterday=False)
    assert day.outages_s == (("prices", 121),)
    (price,) = day.commands
    assert (price.name, price.count) == ("command price", 3)
    assert 11 <= price.p50_ms <= 12.1
    assert 500 <= price.p99_ms <= 550
    topics = {one.topic for one in day.stored.counts}
    assert topics >= {COMMAND, OUTAGE}


def test_refusals_are_told_once_however_many_count_in_one_process() -> None:
    tally = DayTally()
    ways = Journeys(now=HandClock().now, arrivals=tally)
    journey = ways.begin(1, HandClock().now())
    note_refusal("frozen")
    ways.end(journey)
    told = [DayCount(topic=REFUSAL, name="frozen", slot=0, count=1)]
    assert [one for one in tally.take() if one.topic == REFUSAL] == told
    assert [one for one in DayTally().take() if one.topic == REFUSAL] == []
    assert tally.take() == []


def test_a_class_of_length_is_a_tenth_wide_at_most() -> None:
    for milliseconds in (1.0, 3.0, 17.0, 999.0, 60_000.0):
        found = quantile_ms({slot_of(milliseconds): 1}, 0.5)
        assert milliseconds * 0.999 <= found <= milliseconds * 1.1
    assert slot_of(0.0) == 0
    assert command_day("x", {}).count == 0
