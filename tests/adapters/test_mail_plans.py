"""However few there were when a statement was planned: a burst is not read whole for each row."""

from dataclasses import replace

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool, connected, pinned
from bot.adapters.database.mail import PostgresInbox, PostgresOutbox
from bot.domain.errors import Refusal
from tests.builders.books import books_on, decided_long, known_token, meet

_MANY = 3000
_OPEN = """
    INSERT INTO inbox (update_id, lane, raw, received_at)
    SELECT n, n, '{}', now() FROM generate_series($1::int + 1, $1::int + $2::int) n
"""
_WAITING = """
    INSERT INTO outbox (chat_id, update_id, method, payload, priority)
    SELECT update_id, update_id, 'sendMessage', '{}', 1 FROM inbox
"""
_READ = """
    SELECT t.seq_tup_read + coalesce(sum(i.idx_tup_read), 0) AS read
    FROM pg_stat_user_tables t JOIN pg_stat_user_indexes i USING (relid)
    WHERE t.relname = $1 GROUP BY t.relid, t.seq_tup_read
"""
_TIMES = 8  # from the sixth time on a plan is kept


async def rows_read(database: Pool, table: str) -> int:
    # What a session did is counted when it says so: the one for statements, and the one beside it.
    async with pinned(database) as one, connected(database) as other:
        await one.execute("SELECT pg_stat_force_next_flush()")
        await other.execute("SELECT pg_stat_force_next_flush()")
    return int(await database.fetchval(_READ, table))


async def test_the_backlog_of_both_is_read_but_once(database: Pool) -> None:
    outbox, inbox = PostgresOutbox(database, shards=lambda: range(32)), PostgresInbox(database)

    async def read() -> tuple[int, int]:
        return len(await outbox.waiting(200)), len(await inbox.open_in(range(64), [], 200))

    await database.execute("ANALYZE inbox, outbox")
    assert [await read() for _ in range(_TIMES)] == [(0, 0)] * _TIMES
    await database.execute(_OPEN, 0, _MANY)
    await database.execute(_WAITING)
    before = await rows_read(database, "inbox")
    assert await read() == (200, 200)
    assert await rows_read(database, "outbox") <= 2 * _MANY
    assert await rows_read(database, "inbox") - before <= 2 * _MANY


async def test_an_update_is_closed_without_reading_what_else_is_open(database: Pool) -> None:
    inbox = PostgresInbox(database)
    await database.execute("ANALYZE inbox")
    for update_id in range(1, _TIMES + 1):
        await inbox.close(update_id, failure="")
    await database.execute(_OPEN, 100, _MANY)
    before = await rows_read(database, "inbox")
    await inbox.close(101, failure="")
    assert await rows_read(database, "inbox") - before <= 3


async def test_a_fill_closes_its_update_without_reading_what_else_is_open(database: Pool) -> None:
    books = books_on(database)
    ann, token = await meet(books), await known_token(database)
    await database.execute("ANALYZE inbox")

    async def book(number: int) -> None:
        asked, settlement = await decided_long(books, ann, token, request_id=f"tg:{number}")
        await books.book(replace(asked, update_id=number), settlement, [])

    async def is_refused(number: int) -> bool:
        try:
            await book(number)
        except Refusal as refusal:
            return refusal.code == "already_done"
        return False

    # Nothing of these numbers is open.
    assert all([await is_refused(number) for number in range(1, _TIMES + 1)])
    await database.execute(_OPEN, 100, _MANY)
    before = await rows_read(database, "inbox")
    await book(101)
    assert await rows_read(database, "inbox") - before <= 3
    assert await database.fetchval("SELECT closed_at FROM inbox WHERE update_id = 101") is not None


async def test_what_failed_and_a_closed_chat_are_found_among_all_that_waits(database: Pool) -> None:
    outbox, at = PostgresOutbox(database), SystemClock().now()
    await database.execute("ANALYZE outbox")
    for number in range(_TIMES):
        await outbox.failed(number, reason="400 Bad Request", at=at)
        await outbox.close_chat(number, reason="403 Forbidden", at=at)
    await database.execute(_OPEN, 100, _MANY)
    await database.execute(_WAITING)
    (first, *_) = await outbox.waiting(1)
    before = await rows_read(database, "outbox")
    await outbox.failed(first.notice_id, reason="400 Bad Request", at=at)
    await outbox.close_chat(1000, reason="403 Forbidden", at=at)
    assert await rows_read(database, "outbox") - before <= 3
    assert (await outbox.depths())[1] == _MANY - 2
