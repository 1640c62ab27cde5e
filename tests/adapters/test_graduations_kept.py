"""Graduations in PostgreSQL: each move is written down once, and told once to who holds."""

from collections.abc import Sequence
from dataclasses import replace

from bot.adapters.database.connection import Pool
from bot.adapters.database.graduations import PostgresGraduations
from bot.domain.graduations import Graduation
from bot.domain.notices import Notice, QueuedNotice
from bot.domain.pools.reading import PoolKind
from bot.domain.users import Role
from tests.builders.desks import NOON, SOL
from tests.builders.houses import house


def tell(user_id: int) -> Sequence[Notice]:
    return (Notice(chat_id=user_id, method="sendMessage", payload={"text": "moved"}),)


async def test_a_move_is_told_once_and_another_pool_is_another_move(database: Pool) -> None:
    built = await house(database)
    await built.short(1, SOL, 1, Role.BASIC)
    sent: list[QueuedNotice] = []
    book = PostgresGraduations(database, on_outbox=sent.extend)
    move = Graduation(
        token_id=built.kept.token_id,
        from_pool="curve",
        from_kind=PoolKind.METEORA_DBC,
        to_pool="pool",
        to_kind=PoolKind.METEORA_DAMM_V2,
        noticed_at=NOON,
    )
    assert await book.note(move, tell)
    assert not await book.note(replace(move, from_pool="elsewhere"), tell)
    assert [queued.notice.chat_id for queued in sent] == [1]
    assert await book.note(replace(move, from_pool="pool", to_pool="next"), tell)
    assert len(sent) == 2
    waiting = await database.fetchval(
        "SELECT count(*) FROM outbox WHERE payload->>'text' = 'moved'"
    )
    assert waiting == 2


async def test_a_move_that_nobody_holds_through_is_written_down_all_the_same(
    database: Pool,
) -> None:
    built = await house(database)
    sent: list[QueuedNotice] = []
    book = PostgresGraduations(database, on_outbox=sent.extend)
    move = Graduation(
        token_id=built.kept.token_id,
        from_pool="curve",
        from_kind=PoolKind.PUMPFUN_CURVE,
        to_pool="pool",
        to_kind=PoolKind.PUMPSWAP,
        noticed_at=NOON,
    )
    assert await book.note(move, tell)
    assert sent == []
    assert await database.fetchval("SELECT to_kind FROM token_graduations") == "pumpswap"
