"""Suspicions in PostgreSQL: one stands per token, and its holders are told once of each end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot.adapters.database.connection import Pool
from bot.adapters.database.suspicions import PostgresSuspicions
from bot.domain.notices import Notice, QueuedNotice
from bot.domain.price_trust import Suspicion, SuspicionCause
from bot.domain.users import Role
from tests.builders.desks import NOON, SOL
from tests.builders.houses import house


def tell(user_id: int) -> Sequence[Notice]:
    return (Notice(chat_id=user_id, method="sendMessage", payload={"text": "disputed"}),)


async def test_it_begins_and_ends_once_and_tells_those_who_hold(database: Pool) -> None:
    built = await house(database)
    for user_id in (1, 2):
        await built.short(user_id, SOL, 1, Role.BASIC)
    sent: list[QueuedNotice] = []
    book = PostgresSuspicions(database, on_outbox=sent.extend)
    suspicion = Suspicion(
        token_id=built.kept.token_id,
        cause=SuspicionCause.SOURCES,
        one="the pools",
        other="DexScreener",
        gap=Decimal("0.31"),
        began_at=NOON,
    )
    before = len(sent)
    assert await book.begin(suspicion, tell)
    assert not await book.begin(replace(suspicion, other="Jupiter"), tell)
    assert await book.standing() == [suspicion]
    assert [queued.notice.chat_id for queued in sent[before:]] == [1, 2]
    waiting = await database.fetch("SELECT chat_id FROM outbox WHERE state = 'waiting'")
    assert {row["chat_id"] for row in waiting} >= {1, 2}
    # A clock that was set back ends nothing before it began.
    assert await book.end(suspicion.token_id, NOON - timedelta(hours=1), tell)
    assert not await book.end(suspicion.token_id, NOON, tell)
    assert await book.standing() == []
    assert len(sent) == before + 4
    assert await book.begin(suspicion, tell)
    count = await database.fetchval("SELECT count(*) FROM price_suspicions")
    assert count == 2
