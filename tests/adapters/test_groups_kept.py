"""Groups, calls and broadcasts in PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.connection import Pool
from bot.adapters.database.groups import PostgresBroadcasts, PostgresGroups
from bot.adapters.database.mail import PostgresInbox, PostgresOutbox
from bot.domain.errors import Refusal
from bot.domain.groups import Audience, GroupSettings
from bot.domain.notices import Notice, Priority
from bot.domain.requests import Request
from bot.domain.users import PersonSeen
from bot.ports.mail import StoredUpdate
from tests.builders.views import a_user

OLD, NEW = -4001, -1004001
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SETTINGS = GroupSettings(
    chat_id=OLD,
    is_set_up=True,
    audience=Audience.MEMBERS,
    closed=frozenset({"buy"}),
    thread_id=7,
    alerts=True,
    cards=False,
    quiet=True,
)
_TOKEN = """
    INSERT INTO solana_tokens (mint, symbol, name, decimals, program, supply)
    VALUES ('mint' || $1, 'T' || $1, 'T', 6, 'p', 1) RETURNING token_id
"""


@pytest.fixture
async def groups(database: Pool) -> PostgresGroups:
    books = PostgresBooks(database, on_outbox=lambda _queued: None)
    for user_id in (1, 2, 3, 4):
        await books.identify(PersonSeen(user_id=user_id, first_name=f"P{user_id}"), None)
    return PostgresGroups(database, on_outbox=lambda _queued: None)


async def a_request(database: Pool, update_id: int) -> Request:
    update = StoredUpdate(update_id=update_id, lane=1, raw={}, received_at=NOW)
    await PostgresInbox(database).store([update])
    return Request(
        user=a_user(1), request_id=f"tg:{update_id}", received_at=NOW, update_id=update_id
    )


async def test_settings_are_kept_audited_and_end_their_update(
    database: Pool, groups: PostgresGroups
) -> None:
    request = await a_request(database, 1)
    await groups.keep(request, SETTINGS, [])
    assert await groups.load() == ([SETTINGS], {})
    with pytest.raises(Refusal, match="already_done"):
        await groups.keep(request, GroupSettings(chat_id=OLD), [])
    assert (await groups.load())[0] == [SETTINGS]
    noted = await database.fetchrow("SELECT actor_id, action, details FROM audit_log")
    assert (noted["actor_id"], noted["action"]) == (1, "group.set_up")
    assert noted["details"]["chat_id"] == OLD


async def test_a_group_that_the_bot_is_gone_from_keeps_its_settings_and_is_marked(
    database: Pool, groups: PostgresGroups
) -> None:
    await groups.mark_gone(OLD, is_gone=True)
    assert await groups.load() == ([], {}), "there was nothing to mark"
    await groups.keep(await a_request(database, 1), SETTINGS, [])
    for is_gone in (True, False):
        await groups.mark_gone(OLD, is_gone=is_gone)
        assert await groups.load() == ([replace(SETTINGS, is_gone=is_gone)], {})


@pytest.mark.parametrize("is_new_used_first", [False, True])
async def test_a_group_moves_once_and_takes_everything_along(
    database: Pool, groups: PostgresGroups, is_new_used_first: bool
) -> None:
    token = await database.fetchval(_TOKEN, "1")
    await groups.keep(await a_request(database, 1), SETTINGS, [])
    await groups.met(1, OLD)
    await groups.call(OLD, token, 1, Decimal("0.1"), NOW)
    await database.execute("INSERT INTO leaderboard_members (user_id, chat_id) VALUES (2, $1)", OLD)
    if is_new_used_first:
        await groups.met(1, NEW)
        await groups.met(2, NEW)
        await groups.call(NEW, token, 2, Decimal("0.2"), NOW)
    assert [await groups.move(OLD, NEW) for _ in range(3)] == [True, False, False]
    known, moves = await groups.load()
    assert [(one.chat_id, one.thread_id) for one in known] == [(NEW, 7)]
    assert moves == {OLD: NEW}
    assert set(await groups.people(NEW, 9)) == ({1, 2} if is_new_used_first else {1})
    assert [call.user_id for call in await groups.calls(NEW, 9)] == [1], "who was first stays"
    board = await database.fetch("SELECT user_id, chat_id FROM leaderboard_members")
    assert [tuple(row) for row in board] == [(2, NEW)]
    assert await groups.people(OLD, 9) == []


async def test_the_first_to_name_a_token_called_it(database: Pool, groups: PostgresGroups) -> None:
    token = await database.fetchval(_TOKEN, "2")
    first = await groups.call(OLD, token, 1, Decimal("0.1"), NOW)
    assert (first.caller, first.best) == ("P1", Decimal("0.1"))
    high = """
        INSERT INTO candles (token_id, interval_seconds, opened_at, open, high, low, close, ticks,
          source) VALUES ($1, 60, $2, 0.1, $3, 0.1, 0.1, 1, 'pool')
    """
    await database.execute(high, token, NOW - timedelta(minutes=1), Decimal(9))
    await database.execute(high, token, NOW + timedelta(minutes=1), Decimal("0.4"))
    again = await groups.call(OLD, token, 2, Decimal("0.3"), NOW + timedelta(hours=1))
    assert (again.user_id, again.price, again.best) == (1, Decimal("0.1"), Decimal("0.4"))
    assert again.news(Decimal("0.39")) == 2


async def test_news_of_a_call_is_told_once(database: Pool, groups: PostgresGroups) -> None:
    token = await database.fetchval(_TOKEN, "3")
    call = await groups.call(OLD, token, 1, Decimal("0.1"), NOW)
    notice = Notice(chat_id=OLD, method="sendMessage", payload={"chat_id": OLD, "text": "x2"})
    for _ in range(2):
        await groups.told(call, 2, [notice])
    assert await PostgresOutbox(database).depths() == (0, 1)
    (told,) = await groups.followed_calls([OLD])
    assert told.news(Decimal("0.3")) is None
    assert told.news(Decimal("0.5")) == 5


async def test_a_broadcast_leaves_out_the_banned_and_those_who_blocked_the_bot(
    database: Pool, groups: PostgresGroups
) -> None:
    await groups.met(1, OLD)
    await database.execute("UPDATE users SET status = 'banned' WHERE user_id = 2")
    outbox = PostgresOutbox(database)
    await outbox.close_chat(3, reason="bot was blocked by the user", at=NOW)
    broadcasts = PostgresBroadcasts(database, on_outbox=lambda _queued: None)
    assert await broadcasts.receivers() == 2
    request = await a_request(database, 5)
    counted: list[int] = []
    answer = Notice(chat_id=1, method="sendMessage", payload={"chat_id": 1, "text": "done"})

    def answered(reached: int) -> list[Notice]:
        counted.append(reached)
        return [answer]

    await broadcasts.send(request, {"text": "hello"}, answered)
    with pytest.raises(Refusal, match="already_done"):
        await broadcasts.send(request, {"text": "hello"}, answered)
    waiting = [queued.notice for queued in await outbox.waiting(99)]
    assert [one.chat_id for one in waiting] == [1, 1, 4]
    assert [one.priority for one in waiting][1:] == [Priority.BROADCAST] * 2
    assert waiting[1].payload == {"chat_id": 1, "text": "hello"}
    assert counted[0] == 2


async def test_totals_are_sums(groups: PostgresGroups) -> None:
    totals = await groups.totals()
    assert (totals.people, totals.open_positions, totals.by_token) == (4, 0, ())
