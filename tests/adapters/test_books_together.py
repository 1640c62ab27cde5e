"""Fills of many people share a transaction, and each is judged as if it were alone."""

import asyncio
from dataclasses import replace

import orjson

from bot.adapters.clock import SystemClock
from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.connection import Pool
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.adapters.database.mail import PostgresInbox, PostgresOutbox
from bot.adapters.database.rows import booking_to_json
from bot.domain.errors import Refusal
from bot.domain.notices import Notice, QueuedNotice
from bot.domain.requests import Request
from bot.domain.users import Mode
from bot.ports.books import BookingConflict, Settlement
from bot.ports.mail import StoredUpdate
from tests.builders.books import decided_long, known_token, meet
from tests.builders.desks import NOON, SOL


def said_to(user_id: int) -> Notice:
    return Notice(chat_id=user_id, method="sendMessage", payload={"text": f"to {user_id}"})


async def decided(
    database: Pool, books: PostgresBooks, people: range
) -> dict[int, tuple[Request, Settlement]]:
    """Let each of the people decide to buy, on an update of their own."""
    kept, found = await known_token(database), {}
    for user_id in people:
        update = StoredUpdate(update_id=user_id, lane=user_id, raw={}, received_at=NOON)
        await PostgresInbox(database).store([update])
        person = await meet(books, user_id)
        asked, settlement = await decided_long(books, person, kept, request_id=f"tg:{user_id}")
        found[user_id] = (replace(asked, update_id=user_id), settlement)
    return found


async def book_all(
    books: PostgresBooks, fills: dict[int, tuple[Request, Settlement]]
) -> dict[int, str]:
    async def book(user_id: int) -> str:
        try:
            await books.book(*fills[user_id], [said_to(user_id)])
        except (Refusal, BookingConflict) as error:
            return str(error).split()[0]
        return "booked"

    return dict(zip(fills, await asyncio.gather(*map(book, fills)), strict=True))


async def test_of_many_at_once_each_gets_its_own_outcome(database: Pool) -> None:
    handed: list[QueuedNotice] = []
    books = PostgresBooks(database, on_outbox=handed.extend)
    fills = await decided(database, books, range(1, 41))
    await books.book(*fills[5], [said_to(5)])
    handed.clear()
    await database.execute("UPDATE users SET status = 'frozen' WHERE user_id = 6")
    await PostgresInbox(database).close(7, failure="")
    fills[8] = (fills[8][0], replace(fills[8][1], wallet_version=7))
    # Position 9 cannot be stored, and its refusal undoes a whole batch at first.
    worthless = replace(fills[9][1].position, token_units=0)
    fills[9] = (fills[9][0], replace(fills[9][1], position=worthless))
    outcomes = await book_all(books, fills)
    assert outcomes == dict.fromkeys(fills, "booked") | {
        5: "already_done",
        6: "frozen",
        7: "already_done",
        8: "conflict",
        9: "ck_positions_open_holds_something",
    }
    booked = {user_id for user_id, outcome in outcomes.items() if outcome == "booked"}
    assert {each.notice.chat_id for each in handed} == booked
    waiting = await PostgresOutbox(database).waiting(100)
    kept = {each.notice_id: each.notice.chat_id for each in waiting}
    assert all(kept[each.notice_id] == each.notice.chat_id for each in handed)
    assert set(kept.values()) == booked | {5}
    for user_id in fills:
        desk = await books.desk(user_id, Mode.PAPER, "")
        assert (desk.wallet.cash_lamports < 100 * SOL) is (user_id in booked | {5})
    assert (await PostgresLedgerAudit(database, SystemClock()).prove()).differences == ()
    left = {update.update_id for update in await PostgresInbox(database).unanswered()}
    assert left == {6, 8, 9}


async def test_one_call_judges_each_and_gives_the_notices_of_those_booked(database: Pool) -> None:
    books = PostgresBooks(database, on_outbox=lambda _queued: None)
    fills = await decided(database, books, range(1, 7))
    await books.book(*fills[1], [said_to(1)])
    await PostgresInbox(database).close(3, failure="")
    await PostgresInbox(database).close(5, failure="")
    bookings = [
        booking_to_json(asked, settlement, [said_to(user_id), said_to(user_id)])
        for user_id, (asked, settlement) in fills.items()
    ]
    row = await database.fetchrow(
        "SELECT outcomes, notice_ids FROM book_settlements($1::text::jsonb)",
        orjson.dumps(bookings).decode(),
    )
    assert row is not None
    assert row["outcomes"] == ["repeated", "booked", "repeated", "booked", "repeated", "booked"]
    chats = {
        each.notice_id: each.notice.chat_id for each in await PostgresOutbox(database).waiting(100)
    }
    assert [chats[notice_id] for notice_id in row["notice_ids"]] == [2, 2, 4, 4, 6, 6]


async def test_many_answers_at_once_each_end_their_own_update(database: Pool) -> None:
    handed: list[QueuedNotice] = []
    inbox = PostgresInbox(database, on_outbox=handed.extend)
    updates = [
        StoredUpdate(update_id=number, lane=number, raw={}, received_at=NOON)
        for number in range(1, 31)
    ]
    await inbox.store(updates)
    await asyncio.gather(
        *(
            inbox.close(number, failure="", notices=[said_to(number)] * (number % 3))
            for number in [*range(1, 31), *range(1, 31)]
        )
    )
    assert await inbox.unanswered() == []
    waiting = await PostgresOutbox(database).waiting(100)
    assert sorted(each.notice.chat_id for each in waiting) == sorted(
        number for number in range(1, 31) for _ in range(number % 3)
    )
    assert {each.notice_id: each.notice.chat_id for each in handed} == {
        each.notice_id: each.notice.chat_id for each in waiting
    }
