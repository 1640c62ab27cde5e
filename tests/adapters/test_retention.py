"""Old mail and old prices go; what waits, and every book, stays."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.dialogs import PostgresDialogs
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.adapters.database.mail import PostgresInbox, PostgresOutbox
from bot.adapters.database.retention import PostgresRetention
from bot.adapters.database.shelf import PostgresShelf
from bot.domain.notices import Notice
from bot.ports.books import Dialog
from bot.ports.mail import StoredUpdate
from tests.builders.books import books_on, decided_long, known_token, meet
from tests.builders.price_rows import PriceRow, record

HELLO = Notice(chat_id=1001, method="sendMessage", payload={"text": "hello"})


async def keep_prices(database: Pool, days: Sequence[datetime]) -> None:
    await record(PostgresShelf(database), [PriceRow(received_at=day) for day in days])


async def test_answered_mail_goes_and_what_waits_stays(database: Pool) -> None:
    now = SystemClock().now()
    inbox, outbox = PostgresInbox(database), PostgresOutbox(database)
    update = StoredUpdate(update_id=1, lane=1, raw={}, received_at=now)
    await inbox.store([update, replace(update, update_id=2)])
    await inbox.close(1, failure="", notices=[HELLO, HELLO])
    first, second = await outbox.waiting(2)
    await outbox.sent(first.notice_id, message_id=1, at=now)
    soon = now + timedelta(minutes=1)
    gone = await PostgresRetention(database).forget(mail_before=soon, prices_before=now, now=now)
    assert (gone.updates, gone.notices) == (1, 1)
    assert [left.update_id for left in await inbox.unanswered()] == [2]
    assert [left.notice_id for left in await outbox.waiting(9)] == [second.notice_id]
    nothing = await PostgresRetention(database).forget(mail_before=soon, prices_before=now, now=now)
    assert (nothing.updates, nothing.notices, nothing.price_days) == (0, 0, 0)


async def test_an_update_answered_lately_is_still_known(database: Pool) -> None:
    now = SystemClock().now()
    inbox = PostgresInbox(database)
    update = StoredUpdate(update_id=1, lane=1, raw={}, received_at=now)
    await inbox.store([update])
    await inbox.close(1, failure="")
    await PostgresRetention(database).forget(
        mail_before=now - timedelta(days=7), prices_before=now, now=now
    )
    assert await inbox.store([update]) == []


async def test_whole_days_of_prices_go_and_younger_ones_stay(database: Pool) -> None:
    now = SystemClock().now()
    await keep_prices(database, [now - timedelta(days=days) for days in (0, 1, 2, 3)])
    gone = await PostgresRetention(database).forget(
        mail_before=now, prices_before=now - timedelta(days=1), now=now
    )
    assert gone.price_days == 2
    assert await database.fetchval("SELECT count(*) FROM token_prices") == 2


async def test_expired_questions_go_and_the_books_stay(database: Pool) -> None:
    now, books = SystemClock().now(), books_on(database)
    ann, kept = await meet(books), await known_token(database)
    await books.book(*await decided_long(books, ann, kept, request_id="tg:1"), [HELLO])
    dialogs = PostgresDialogs(database)
    asked = Dialog(user_id=ann.user_id, chat_id=1, kind="reset", data={})
    await dialogs.ask(asked, expires_at=now - timedelta(seconds=1))
    await dialogs.ask(replace(asked, chat_id=2), expires_at=now + timedelta(hours=1))
    later = now + timedelta(minutes=1)
    gone = await PostgresRetention(database).forget(
        mail_before=later, prices_before=later, now=later
    )
    assert gone.dialogs == 1
    assert await dialogs.awaiting(ann.user_id, 2, now) is not None
    proof = await PostgresLedgerAudit(database, SystemClock()).prove()
    assert (proof.differences, proof.counts["orders"]) == ((), 1)
