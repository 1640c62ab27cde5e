"""Two who want the same thing at the same moment: one has it, the other is told so."""

import asyncio

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.domain.errors import Refusal
from bot.domain.orders import CloseIntent, OpenIntent
from bot.domain.positions import Side
from bot.domain.users import Role
from tests.builders.books import meet
from tests.builders.desks import SOL, request
from tests.builders.houses import RULES, House, house

PEOPLE = range(1, 19)
ENDS = """
    SELECT user_id, count(*) FILTER (WHERE action <> 'open') AS ends,
           min(action) FILTER (WHERE action <> 'open') AS how
    FROM orders GROUP BY user_id ORDER BY user_id
"""


async def close(at: House, who: int) -> str:
    """Close the person's position as they would; gives what they are told."""
    owner = await meet(at.books, who)
    asked = request(f"tg:close:{who}", of=owner)
    try:
        await at.trading.close(asked, CloseIntent(number=1, percent=100), lambda _: ())
    except Refusal as refusal:
        return refusal.code
    return "closed"


async def close_from_the_last(at: House) -> list[str]:
    """Let everybody close in turn, the last first; gives what they are told, the first first."""
    return [await close(at, who) for who in reversed(PEOPLE)][::-1]


async def test_a_close_and_a_liquidation_at_once_end_a_position_once(database: Pool) -> None:
    built = await house(database)
    for who in PEOPLE:
        await built.short(who, SOL, 3, Role.BASIC)
    for _ in range(RULES.readings_deep - 1):
        await built.tick(135)
    # The clock goes from the first to the last of them, the people from the last to the first.
    told, _ = await asyncio.gather(close_from_the_last(built), built.tick(135))
    assert await built.still_short(*PEOPLE) == []
    ends = await database.fetch(ENDS)
    assert [row["ends"] for row in ends] == [1] * len(PEOPLE)
    for row, words in zip(ends, told, strict=True):
        assert (words == "closed") == (row["how"] == "close"), (words, row["how"])
    proof = await PostgresLedgerAudit(database, SystemClock()).prove()
    assert proof.differences == ()


async def test_a_key_means_what_it_meant_first_whatever_comes_with_it_later(
    database: Pool,
) -> None:
    built = await house(database)
    ann, bob = await meet(built.books, 1001), await meet(built.books, 1002)
    token_id = built.kept.token_id
    first = OpenIntent(token_id=token_id, side=Side.LONG, size_lamports=SOL)
    await built.trading.open(request("cb:1", of=ann), first, lambda _: ())
    others = (
        OpenIntent(token_id=token_id, side=Side.LONG, size_lamports=2 * SOL),
        OpenIntent(token_id=token_id, side=Side.SHORT, size_lamports=SOL),
        first,
    )

    async def refused(intent: OpenIntent | CloseIntent) -> str:
        ask = built.trading.open if isinstance(intent, OpenIntent) else built.trading.close
        try:
            await ask(request("cb:1", of=ann), intent, lambda _: ())  # type: ignore[arg-type]
        except Refusal as refusal:
            return refusal.code
        return "done"

    codes = [await refused(intent) for intent in (*others, CloseIntent(number=1, percent=100))]
    assert codes == ["request_mismatch", "request_mismatch", "already_done", "request_mismatch"]
    # Keys are each person's own.
    await built.trading.open(request("cb:1", of=bob), first, lambda _: ())
    assert await database.fetchval("SELECT count(*) FROM orders") == 2


async def test_a_refused_request_leaves_no_key_behind(database: Pool) -> None:
    built = await house(database)
    ann = await meet(built.books, 1001)
    too_much = OpenIntent(token_id=built.kept.token_id, side=Side.LONG, size_lamports=1000 * SOL)
    fitting = OpenIntent(token_id=built.kept.token_id, side=Side.LONG, size_lamports=SOL)
    with pytest.raises(Refusal, match="position_limit"):
        await built.trading.open(request("cb:1", of=ann), too_much, lambda _: ())
    assert await database.fetchval("SELECT count(*) FROM orders") == 0
    await built.trading.open(request("cb:1", of=ann), fitting, lambda _: ())
    assert await database.fetchval("SELECT count(*) FROM orders") == 1
