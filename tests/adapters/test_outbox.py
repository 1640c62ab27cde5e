"""The outbox gives what is asked for, keeps what failed, and knows who takes nothing."""

import time

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.mail import PostgresOutbox
from bot.domain.notices import Notice, Priority
from bot.ports.mail import InHand

NOW = SystemClock().now()


def of(chat_id: int, priority: Priority) -> Notice:
    return Notice(chat_id=chat_id, method="sendMessage", payload={}, priority=priority)


async def test_the_urgent_come_first_and_what_is_in_hand_is_left_out(database: Pool) -> None:
    outbox = PostgresOutbox(database)
    await outbox.put([of(1, Priority.BROADCAST), of(2, Priority.REPORT), of(2, Priority.FILL)])
    broadcast, report, fill = sorted(await outbox.waiting(9), key=lambda one: one.notice_id)
    assert [one.notice_id for one in await outbox.waiting(2)] == [fill.notice_id, report.notice_id]
    besides = InHand(notice_ids=[fill.notice_id], full_lines=[(2, Priority.REPORT)])
    assert [one.notice_id for one in await outbox.waiting(9, besides)] == [broadcast.notice_id]
    (urgent,) = await outbox.waiting(9, InHand(before=Priority.REPORT))
    assert urgent.notice_id == fill.notice_id
    backlog = await outbox.backlog()
    assert [one.priority for one in backlog] == [Priority.FILL, Priority.REPORT, Priority.BROADCAST]


async def test_a_chat_that_is_closed_loses_what_waits_for_it_until_it_opens(database: Pool) -> None:
    outbox = PostgresOutbox(database)
    await outbox.put([of(1, Priority.ALERT), of(1, Priority.FILL), of(2, Priority.FILL)])
    await outbox.close_chat(1, reason="403 Forbidden: bot was blocked by the user", at=NOW)
    assert [one.notice.chat_id for one in await outbox.waiting(9)] == [2]
    assert await outbox.closed_chats() == {1}
    async with connected(database) as connection:
        failures = await connection.fetch(
            "SELECT failure, failed_at FROM outbox WHERE state = 'given_up'"
        )
    assert [tuple(row) for row in failures] == 2 * [
        ("403 Forbidden: bot was blocked by the user", NOW)
    ]
    await outbox.reopen_chat(1)
    assert await outbox.closed_chats() == set()


async def test_an_urgent_one_among_many_is_found_at_once(database: Pool) -> None:
    outbox = PostgresOutbox(database)
    async with connected(database) as connection:
        await connection.execute(
            "INSERT INTO outbox (chat_id, method, payload, priority)"
            " SELECT n, 'sendMessage', '{}', 6 FROM generate_series(1, 30000) n"
        )
    held = [one.notice_id for one in await outbox.waiting(1000)]
    await outbox.put([of(1, Priority.FILL)])
    seconds = []
    for _ in range(8):
        began = time.perf_counter()
        found = await outbox.waiting(200, InHand(notice_ids=held, full_lines=[(7, Priority.REPLY)]))
        seconds.append(time.perf_counter() - began)
    assert found[0].notice.priority is Priority.FILL
    assert len(found) == 200
    assert min(seconds) < 0.5
