"""What a report says is what a stranger finds who has only the files that were exported."""

import csv
import io
from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from bot.adapters.database.connection import Pool
from bot.domain.errors import Refusal
from bot.domain.performance import Span
from bot.domain.positions import Side
from bot.domain.users import Role, User
from bot.ports.exports import Export
from bot.services import exports
from bot.services.performance_views import PnlReport
from tests.builders.books import meet
from tests.builders.report_rooms import ReportRoom, report_room

SOL_MINT = "So11111111111111111111111111111111111111112"
Table = list[dict[str, str]]


def read(files: list[str]) -> Table:
    """Read files as any program would that knows nothing of us."""
    return [row for text in files for row in csv.DictReader(io.StringIO(text, newline=""))]


async def busy_season(room: ReportRoom) -> User:
    """Trade long and short, in parts, with gains and losses, a liquidation, and leave some open."""
    ann = await meet(room.house.books, role=Role.ADMIN)
    await room.open(ann, Side.LONG, 500)
    room.price(112)
    await room.open(ann, Side.LONG, 137)
    await room.close(ann, 1, 33)
    room.price(91)
    await room.close(ann, 1, 50)
    await room.close(ann, 1)
    await room.open(ann, Side.SHORT, 400, 2)
    room.price(80)
    await room.close(ann, 2, 61)
    room.price(85)
    await room.close(ann, 2)
    await room.open(ann, Side.SHORT, 300, 3)
    await room.house.rise(140)
    room.price(100)
    await room.open(ann, Side.LONG, 250)
    room.price(123)
    await room.close(ann, 4, 40)
    return ann


async def test_realised_and_fees_are_those_of_the_files(database: Pool) -> None:
    room = await report_room(database)
    ann = await busy_season(room)
    report = await room.performance.pnl(ann, Span.ALL)
    fills = read(await room.files(ann, Export.FILLS))
    exits = [int(row["realised_pnl_lamports"]) for row in fills if row["action"] != "open"]
    assert len(exits) == report.exits.exits == 7
    assert sum(exits) == report.exits.realised_lamports
    assert sum(one > 0 for one in exits) == report.exits.wins
    gained, lost = sum(max(one, 0) for one in exits), sum(max(-one, 0) for one in exits)
    assert (gained, lost) == (report.exits.gained_lamports, report.exits.lost_lamports)
    assert report.exits.profit_factor == pytest.approx(Decimal(gained) / lost)
    fees = sum(int(row["network_fee_lamports"]) for row in fills)
    assert fees == report.network_fees_lamports
    assert fees == room_fees(await room.files(ann, Export.TRANSFERS))
    by_reason = Counter[str]()
    for row in fills:
        by_reason[row["reason"]] += int(row["realised_pnl_lamports"] or 0)
    told = {one.reason: one.exits.realised_lamports for one in report.by_reason}
    assert told == dict(by_reason)
    assert set(told) == {"manual", "liquidation"}
    (token,) = report.by_token
    assert token.exits == report.exits


def room_fees(files: list[str]) -> int:
    return sum(int(row["units"]) for row in read(files) if row["code"] == "network_fee")


async def test_a_closed_positions_result_is_what_was_sold_less_what_was_bought(
    database: Pool,
) -> None:
    room = await report_room(database)
    ann = await busy_season(room)
    fills = read(await room.files(ann, Export.FILLS))
    moved = read(await room.files(ann, Export.TRANSFERS))
    insured = Counter[str]()
    for row in moved:
        if row["code"] == "insurance_paid":
            insured[row["to_position_id"]] += int(row["units"])
    results: dict[str, int] = defaultdict(int)
    traded: dict[str, int] = defaultdict(int)
    for row in fills:
        number, size = row["position_id"], int(row["sol_lamports"])
        results[number] += int(row["realised_pnl_lamports"] or 0)
        traded[number] += size if row["direction"] == "sold" else -size
        traded[number] -= int(row["network_fee_lamports"])
    closed = [row["position_id"] for row in fills if row["position_token_units_left"] == "0"]
    assert closed == ["1", "2", "3"]
    for number in closed:
        assert results[number] == traded[number] + insured[number]


async def test_realised_and_open_are_equity_less_the_grant(database: Pool) -> None:
    room = await report_room(database)
    ann = await busy_season(room)
    for percent in (60, 100, 155):
        room.price(percent)
        report = await room.performance.pnl(ann, Span.ALL)
        gain = report.equity_lamports - report.grant_lamports
        assert report.exits.realised_lamports + report.unrealised_lamports == gain
        assert report.gained_lamports == gain
        before_fees = gross(report)
        assert before_fees - report.network_fees_lamports == gain
        assert report.equity_lamports == (await room.house.wallets.portfolio(ann)).equity_lamports


def gross(report: PnlReport) -> int:
    """What the season would have come to had the chain been free."""
    return (
        report.exits.realised_lamports + report.unrealised_lamports + report.network_fees_lamports
    )


async def test_cash_follows_from_the_transfers_alone(database: Pool) -> None:
    room = await report_room(database)
    ann = await busy_season(room)
    balances = Counter[tuple[str, str, str, str]]()
    for row in read(await room.files(ann, Export.TRANSFERS)):
        units, asset = int(row["units"]), row["asset_mint"]
        balances[row["from_account"], asset, row["from_position_id"], row["season"]] -= units
        balances[row["to_account"], asset, row["to_position_id"], row["season"]] += units
        shifted = Decimal(row["units"]) / 10 ** int(row["asset_decimals"])
        assert Decimal(row["amount"]) == shifted
    last = read(await room.files(ann, Export.FILLS))[-1]
    assert balances["cash", SOL_MINT, "", "1"] == int(last["cash_after_lamports"])
    held = balances["holding", room.house.kept.mint, "", "1"]
    assert held == int(last["position_token_units_left"])
    assert sum(balances.values()) == 0


async def test_long_tables_come_in_files_that_neither_miss_nor_repeat(
    database: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await report_room(database)
    ann = await busy_season(room)
    whole = {what: read(await room.files(ann, what)) for what in Export}
    monkeypatch.setattr(exports, "MOST_ROWS", 4)
    for what, rows in whole.items():
        files = await room.files(ann, what)
        assert len(files) == -(-len(rows) // 4)
        assert read(files) == rows
    monkeypatch.setattr(exports, "MOST_FILES", 2)
    view = await room.exports.export(ann, Export.TRANSFERS, exports.ExportSpan.ALL)
    assert len(view.files) == 2
    assert view.left_out == -(-len(whole[Export.TRANSFERS]) // 4) - 2


async def test_orders_that_waited_stand_among_the_others(database: Pool) -> None:
    room = await report_room(database)
    ann = await meet(room.house.books)
    await room.open(ann, Side.LONG, 500)
    await database.execute(
        """
        INSERT INTO resting_orders (user_id, mode, season, number, request_id, request_hash, kind,
          action, side, token_id, position_number, gauge, reach, level, slippage_bps, state,
          end_reason, expires_at, ended_at)
        SELECT 1001, 'paper', 1, number, 'tg:r', 'x', 'take_profit', 'close', 'long', token_id, 1,
               'price_usd', 'above', 2.5, 100, state, reason, now() + interval '1 day', ended
        FROM solana_tokens,
             (VALUES (2, 'working', '', NULL::timestamptz), (3, 'cancelled', 'other_leg', now()))
               AS r(number, state, reason, ended)
        """
    )
    await database.execute("UPDATE virtual_wallets SET last_order = 3")
    await room.close(ann, 1, 50)
    orders = read(await room.files(ann, Export.ORDERS))
    told = [(row["order_id"], row["kind"], row["state"]) for row in orders]
    assert told == [
        ("1", "market", "filled"), ("2", "take_profit", "working"),
        ("3", "take_profit", "cancelled"), ("4", "market", "filled"),
    ]  # fmt: skip
    assert (orders[1]["level_price"], orders[1]["level_unit"]) == ("2.5", "USD")
    assert (orders[1]["ended_at"], orders[2]["reason"]) == ("", "other_leg")
    assert orders[0]["filled_by_order_id"] == "1"


async def test_a_file_is_its_owners_and_of_the_span_that_was_asked(database: Pool) -> None:
    room = await report_room(database)
    ann = await busy_season(room)
    bob = await meet(room.house.books, 1002)
    for what in (Export.FILLS, Export.ORDERS):
        with pytest.raises(Refusal, match="nothing_to_export"):
            await room.files(bob, what)
    await database.execute(
        "UPDATE orders SET filled_at = now() - interval '40 days' WHERE number < 6"
    )
    assert len(read(await room.files(ann, Export.FILLS))) == 12
    month = read(await room.files(ann, Export.FILLS, exports.ExportSpan.MONTH))
    assert [int(row["order_id"]) for row in month] == list(range(6, 13))
    assert len(read(await room.files(bob, Export.TRANSFERS))) == 1, "the grant"
