"""Paper shorts pay for each hour once, whatever is repeated, killed or late."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.funding import PostgresFunding
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.domain.funding import hourly_lamports, whole_hours, yearly_rate_bps
from bot.domain.orders import CloseIntent
from bot.domain.positions import Position
from bot.domain.users import Mode, Role
from bot.services.funding import Funding
from bot.services.price_board import PriceBoard
from tests.builders.desks import SOL, request
from tests.builders.houses import House, house


class LaterClock(SystemClock):
    """The clock of the machine, some hours ahead."""

    def __init__(self, hours: float) -> None:
        self.ahead = timedelta(hours=hours)

    def now(self) -> datetime:
        return super().now() + self.ahead


def funding(database: Pool, built: House, hours: float) -> Funding:
    book = PostgresFunding(database)
    return Funding(book=book, board=built.board, clock=LaterClock(hours))


async def short_of(built: House, user_id: int) -> Position:
    (position,) = (await built.books.desk(user_id, Mode.PAPER, "")).positions
    return position


async def require_balanced(database: Pool) -> None:
    proof = await PostgresLedgerAudit(database, SystemClock()).prove()
    assert proof.differences == ()


async def paid_hours(database: Pool) -> list[tuple[int, int]]:
    rows = await database.fetch(
        "SELECT user_id, split_part(request_id, ':', 5)::integer AS hour FROM transfers"
        " WHERE code = 'funding' ORDER BY user_id, hour"
    )
    return [(row["user_id"], row["hour"]) for row in rows]


async def test_every_hour_is_charged_once_however_often_it_is_asked(database: Pool) -> None:
    built = await house(database)
    await built.short(1, 10 * SOL, 2, Role.BASIC)
    before = await short_of(built, 1)
    await funding(database, built, 0.9).charge()
    assert await paid_hours(database) == []
    for _ in range(2):
        await funding(database, built, 1.5).charge()
    await asyncio.gather(*(funding(database, built, 4.2).charge() for _ in range(5)))
    assert await paid_hours(database) == [(1, 1), (1, 2), (1, 3), (1, 4)]
    after = await short_of(built, 1)
    hourly = hourly_lamports(before.proceeds_lamports, 18_420 * SOL)
    assert after.funding_lamports == 4 * hourly > 0
    assert after.margin_lamports == before.margin_lamports - 4 * hourly
    assert after.fees_lamports == before.fees_lamports + 4 * hourly
    assert after.realised_pnl_lamports == before.realised_pnl_lamports - 4 * hourly
    assert after.liquidation_cost_lamports() < before.liquidation_cost_lamports()
    await require_balanced(database)


async def test_a_charged_short_closes_with_books_that_agree(database: Pool) -> None:
    built = await house(database)
    await built.short(1, 10 * SOL, 2, Role.BASIC)
    await funding(database, built, 48.5).charge()
    assert len(await paid_hours(database)) == 48, "missed hours are made up for"
    desk = await built.books.desk(1, Mode.PAPER, "")
    closing = CloseIntent(number=desk.positions[0].number, percent=50)
    await built.trading.close(request("tg:half", of=desk.user), closing, lambda _: ())
    await funding(database, built, 49.5).charge()
    closing = CloseIntent(number=desk.positions[0].number)
    await built.trading.close(request("tg:rest", of=desk.user), closing, lambda _: ())
    await funding(database, built, 60).charge()
    assert len(await paid_hours(database)) == 49, "what is closed pays no more"
    await require_balanced(database)


async def test_no_more_is_taken_than_the_margin_holds(database: Pool) -> None:
    built = await house(database)
    await built.short(1, SOL, 3, Role.BASIC)
    unpriced = replace(built, board=PriceBoard())
    await funding(database, unpriced, 24 * 365).charge()
    assert (await short_of(built, 1)).margin_lamports == 0
    await funding(database, unpriced, 24 * 365 + 1).charge()
    await require_balanced(database)


async def test_a_decision_made_before_a_charge_is_made_again(database: Pool) -> None:
    built = await house(database)
    await built.short(1, 10 * SOL, 2, Role.BASIC)
    desk = await built.books.desk(1, Mode.PAPER, "")
    await funding(database, built, 1.5).charge()
    assert (await built.books.desk(1, Mode.PAPER, "")).wallet.version == desk.wallet.version + 1


async def test_an_ended_season_pays_nothing(database: Pool) -> None:
    built = await house(database)
    await built.short(1, 10 * SOL, 2, Role.BASIC)
    desk = await built.books.desk(1, Mode.PAPER, "")
    await built.wallets.reset(request("tg:reset", of=desk.user), lambda _: ())
    await funding(database, built, 5).charge()
    assert await paid_hours(database) == []


@given(st.integers(0, 10**15), st.integers(0, 10**16), st.integers(0, 10**16))
def test_the_deeper_pool_is_never_the_dearer_one(proceeds: int, one: int, other: int) -> None:
    shallow, deep = sorted((one, other))
    assert 0 < yearly_rate_bps(deep) <= yearly_rate_bps(shallow)
    assert hourly_lamports(proceeds, deep) <= hourly_lamports(proceeds, shallow)
    assert hourly_lamports(proceeds, shallow) * 24 * 365 <= proceeds * 12_000 // 10_000


def test_a_clock_that_goes_back_owes_nothing() -> None:
    opened = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert whole_hours(opened, opened - timedelta(hours=3)) == 0
    assert whole_hours(opened, opened + timedelta(minutes=119)) == 1
