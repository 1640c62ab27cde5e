"""What shorts pay as funding stands in every report, so that its parts add up to the lamport."""

import csv
import io
from collections import Counter
from datetime import timedelta

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.domain.performance import Span
from bot.domain.positions import Side
from bot.domain.users import Mode, Role, User
from bot.ports.exports import Export
from bot.services.performance_views import PnlReport
from tests.builders.books import meet
from tests.builders.chance import seeded
from tests.builders.houses import PRICE
from tests.builders.report_rooms import ReportRoom, report_room
from tests.services.test_funding import funding

SOL_MINT = "So11111111111111111111111111111111111111112"
TOKEN_RESERVE = 10**12
Table = list[dict[str, str]]


async def table(room: ReportRoom, ann: User, what: Export) -> Table:
    """Read an export as any program would that knows nothing of us."""
    files = await room.files(ann, what)
    return [row for text in files for row in csv.DictReader(io.StringIO(text, newline=""))]


async def charge(room: ReportRoom, hours: float) -> None:
    await funding(room.database, room.house, hours).charge()


async def shorted_season(room: ReportRoom) -> User:
    """Leave one funded short closed, one liquidated, and one half closed that still pays."""
    ann = await meet(room.house.books, role=Role.ADMIN)
    await room.open(ann, Side.SHORT, 400, 2)
    await charge(room, 30.5)
    room.price(90)
    await room.close(ann, 1, 40)
    await charge(room, 33.5)
    await room.close(ann, 1)
    await room.open(ann, Side.SHORT, 300, 3)
    await charge(room, 5.5)
    await room.house.rise(140)
    room.price(100)
    await room.open(ann, Side.SHORT, 250, 1)
    await charge(room, 12.5)
    await room.close(ann, 3, 50)
    await charge(room, 15.5)
    return ann


def buy_back(units: int, percent: int) -> int:
    """What so many tokens cost in a pool of x * y, by a fee of 0.25 % on what goes in."""
    reserve = PRICE * percent // 100
    net = -(-units * reserve // (TOKEN_RESERVE - units))
    return -(-net * 10_000 // 9_975)


def worth(moved: Table, fills: Table, percent: int) -> int:
    """Equity from the files alone: the accounts' sums, less what the pool would ask."""
    accounts, owed = Counter[tuple[str, str]](), Counter[str]()
    for row in moved:
        if row["asset_mint"] == SOL_MINT:
            accounts[row["from_account"], row["from_position_id"]] -= int(row["units"])
            accounts[row["to_account"], row["to_position_id"]] += int(row["units"])
    for row in fills:
        owed[row["position_id"]] = int(row["position_token_units_left"])
    total = accounts["cash", ""]
    for number, units in owed.items():
        total += accounts["margin", number] - buy_back(units, percent)
    return total


def paid(moved: Table) -> Counter[str]:
    by_position = Counter[str]()
    for row in moved:
        if row["code"] == "funding":
            assert (row["from_account"], row["to_account"]) == ("margin", "fees")
            by_position[row["from_position_id"]] += int(row["units"])
    return by_position


async def test_a_stranger_finds_the_same_figures_with_funded_shorts(database: Pool) -> None:
    room = await report_room(database)
    ann = await shorted_season(room)
    moved, fills = await table(room, ann, Export.TRANSFERS), await table(room, ann, Export.FILLS)
    funded = paid(moved)
    assert set(funded) == {"1", "2", "3"}
    exits = sum(int(row["realised_pnl_lamports"]) for row in fills if row["action"] != "open")
    for percent in (70, 100, 104):
        room.price(percent)
        report = await room.performance.pnl(ann, Span.ALL)
        assert report.funding_lamports == funded.total() > 0
        assert report.realised_lamports == exits - funded.total()
        assert report.equity_lamports == worth(moved, fills, percent)
        require_whole(report)
    portfolio = await room.house.wallets.portfolio(ann)
    assert portfolio.realised_pnl_lamports == report.realised_lamports


def require_whole(report: PnlReport) -> None:
    """Require that the parts of a whole season add up."""
    gain = report.equity_lamports - report.grant_lamports
    assert report.realised_lamports + report.unrealised_lamports == gain
    assert report.gained_lamports == gain
    assert sum(one.realised_lamports for one in report.by_token) == report.realised_lamports
    by_reason = sum(one.exits.realised_lamports for one in report.by_reason)
    assert by_reason - report.funding_lamports == report.realised_lamports


@pytest.mark.parametrize("seed", range(3))
async def test_at_any_time_realised_and_open_are_equity_less_the_grant(
    database: Pool, seed: int
) -> None:
    room, chance, hours = await report_room(database), seeded(seed), 0.5
    ann = await meet(room.house.books, role=Role.ADMIN)
    for _ in range(20):
        hours += chance.randint(0, 9)
        room.price(chance.randint(75, 125))
        held = (await room.house.books.desk(ann.user_id, Mode.PAPER, "")).positions
        what = chance.choice(("charge", "close")) if held else "open"
        if chance.random() < 0.3:
            what = "open"
        if what == "open":
            side = held[0].side if held else chance.choice((Side.SHORT, Side.SHORT, Side.LONG))
            await room.open(ann, side, chance.randint(50, 500))
        elif what == "close":
            await room.close(ann, chance.choice(held).number, chance.choice((20, 50, 100)))
        await charge(room, hours)
        require_whole(await room.performance.pnl(ann, Span.ALL))
    assert (await room.performance.pnl(ann, Span.ALL)).funding_lamports > 0


async def test_a_spans_funding_is_what_was_paid_within_it(database: Pool) -> None:
    room = await report_room(database)
    ann = await meet(room.house.books, role=Role.ADMIN)
    await room.open(ann, Side.SHORT, 400, 1)
    await database.execute("UPDATE virtual_wallets SET started_at = started_at - interval '3 days'")
    await charge(room, 5.5)
    whole = await room.performance.pnl(ann, Span.ALL)
    assert whole.exits.exits == 0
    (token,) = whole.by_token
    assert token.realised_lamports == whole.realised_lamports == -whole.funding_lamports < 0
    later = SystemClock().now() + timedelta(days=2)
    record = await room.book.record(ann.user_id, Mode.PAPER, length=timedelta(days=1), until=later)
    assert record.funding_lamports == 0
    await room.house.wallets.reset(room.asking(ann), lambda _: ())
    assert (await room.performance.pnl(ann, Span.ALL)).funding_lamports == 0
