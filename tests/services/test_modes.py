"""One person with books of both modes: every service answers from those of the mode they are in."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.adapters.database.live_accounts import PostgresLiveAccounts
from bot.adapters.database.mail import PostgresInbox
from bot.adapters.database.modes import PostgresModes
from bot.domain.alerts import AlertKind
from bot.domain.errors import Refusal
from bot.domain.identifiers import SOL_MINT
from bot.domain.orders import CloseIntent, OpenIntent
from bot.domain.performance import Span
from bot.domain.positions import Side
from bot.domain.users import Mode, User
from bot.engine.exposure import AtCost, exposure_of
from bot.engine.risk_limits import peak_lamports
from bot.ports.exports import Export
from bot.ports.mail import StoredUpdate
from bot.services.exports import ExportSpan
from bot.services.modes import Modes
from tests.builders.alert_scenes import alert_scene
from tests.builders.books import ENGINE, books_on, market, meet
from tests.builders.desks import SOL, request
from tests.builders.live_wallets import keep
from tests.builders.report_rooms import ReportRoom, report_room
from tests.builders.sealed_keys import ring, wallets_under

OTHER = {Mode.PAPER: Mode.LIVE, Mode.LIVE: Mode.PAPER}
READING = """
    INSERT INTO equity_points (user_id, mode, season, version, at, equity_lamports)
    VALUES ($1, 'live', 1, 0, $2, $3)
"""
DEPOSITED, SPENT_LIVE, SPENT_PAPER = 7 * SOL, 2 * SOL, 5 * SOL


async def both(database: Pool) -> tuple[ReportRoom, User]:
    """Somebody who holds 5 SOL of a token on paper and 2 SOL of it live, of 7 that came in."""
    room = await report_room(database)
    ann = await meet(room.house.books)
    await room.open(ann, Side.LONG, SPENT_PAPER * 100 // SOL)
    await fund(database, ann)
    await buy_live(room, ann)
    return room, ann


async def fund(database: Pool, of: User) -> None:
    accounts = PostgresLiveAccounts(database, lambda _queued: None)
    await accounts.open(of.user_id, 1, SystemClock().now())
    assert await accounts.book_external(of.user_id, 1, "a signature", DEPOSITED)


async def buy_live(room: ReportRoom, of: User) -> None:
    books, kept = room.house.books, room.house.kept
    asked = request("live:1", of=of)
    desk = await books.desk(of.user_id, Mode.LIVE, asked.request_id)
    intent = OpenIntent(token_id=kept.token_id, side=Side.LONG, size_lamports=SPENT_LIVE)
    settlement = ENGINE.open(desk, intent, market(of=kept), asked, SystemClock().now())
    await books.book(asked, settlement, [])


def live(user: User) -> User:
    return replace(user, mode=Mode.LIVE)


async def test_wallet_positions_and_history_are_of_the_mode(database: Pool) -> None:
    room, ann = await both(database)
    wallets = room.house.wallets
    paper, real = await wallets.portfolio(ann), await wallets.portfolio(live(ann))
    assert (paper.wallet.mode, real.wallet.mode) == (Mode.PAPER, Mode.LIVE)
    assert paper.wallet.cash_lamports > 90 * SOL > DEPOSITED > real.wallet.cash_lamports
    costs = [[one.position.cost_lamports for one in each.positions] for each in (paper, real)]
    assert [len(each) for each in costs] == [1, 1]
    assert costs[0][0] > 2 * costs[1][0]
    pages = [await wallets.history(one, None) for one in (ann, live(ann))]
    spent = [[order.receipt.fill.sol_lamports for order in page.orders] for page in pages]
    assert spent == [[SPENT_PAPER], [SPENT_LIVE]]
    assert [page.mode for page in pages] == [Mode.PAPER, Mode.LIVE]


async def test_results_pictures_and_files_are_of_the_mode(database: Pool) -> None:
    room, ann = await both(database)
    for who, spent in ((ann, SPENT_PAPER), (live(ann), SPENT_LIVE)):
        report = await room.performance.pnl(who, Span.ALL)
        assert (report.mode, report.fills) == (who.mode, 1)
        view = await room.performance.card(who, Span.ALL)
        assert (await room.drawn(view.recipe)).mode is who.mode
        (orders,) = await room.files(who, Export.ORDERS)
        assert str(spent) in orders
        assert str(SPENT_PAPER + SPENT_LIVE - spent) not in orders
        view = await room.exports.export(who, Export.ORDERS, ExportSpan.ALL)
        assert view.files[0].name == f"kitrader_{who.mode.value}_orders.csv"


async def test_what_came_in_is_no_gain_and_what_left_no_loss(database: Pool) -> None:
    room, ann = await both(database)
    accounts = PostgresLiveAccounts(database, lambda _queued: None)
    before = await room.performance.pnl(live(ann), Span.ALL)
    assert before.flow_lamports == DEPOSITED
    assert -SOL // 10 < before.gained_lamports < 0, "only the costs of the purchase"
    assert await accounts.book_external(ann.user_id, 1, "another signature", 3 * SOL)
    assert await accounts.book_external(ann.user_id, 1, "out", -SOL)
    after = await room.performance.pnl(live(ann), Span.ALL)
    assert after.flow_lamports == DEPOSITED + 2 * SOL
    assert after.gained_lamports == before.gained_lamports
    assert (await room.performance.pnl(ann, Span.ALL)).flow_lamports == 0


async def test_what_is_held_for_an_order_is_worth_something(database: Pool) -> None:
    room, ann = await both(database)
    before = await room.house.wallets.portfolio(live(ann))
    await database.execute("SELECT hold_live($1, 1, 9, 'cash', $2, $3)", ann.user_id, SOL_MINT, SOL)
    after = await room.house.wallets.portfolio(live(ann))
    assert after.wallet.held_lamports == SOL
    assert after.wallet.cash_lamports == before.wallet.cash_lamports - SOL
    assert after.equity_lamports == before.equity_lamports


async def test_the_live_drawdown_is_what_trading_lost_and_nothing_that_came_or_went(
    database: Pool,
) -> None:
    room, ann = await both(database)
    accounts = PostgresLiveAccounts(database, lambda _queued: None)
    began = SystemClock().now() - timedelta(days=2)
    await database.execute(READING, ann.user_id, began, DEPOSITED + SOL)
    assert await accounts.book_external(ann.user_id, 1, "in", 5 * SOL)
    assert await accounts.book_external(ann.user_id, 1, "out", -6 * SOL)
    desk = await room.house.books.desk(ann.user_id, Mode.LIVE, "")
    # The reading is from before all of them: as if they had been so from the beginning.
    peak = DEPOSITED + SOL + DEPOSITED - SOL
    assert (desk.wallet.peak_lamports, desk.wallet.day_lamports) == (peak, peak)
    exposure = exposure_of(desk, AtCost())
    assert peak_lamports(desk, exposure) == peak
    await database.execute("SELECT hold_live($1, 1, 9, 'cash', $2, $3)", ann.user_id, SOL_MINT, SOL)
    held = await room.house.books.desk(ann.user_id, Mode.LIVE, "")
    assert exposure_of(held, AtCost()) == exposure, "what an order holds is not lost"
    paper = await room.house.books.desk(ann.user_id, Mode.PAPER, "")
    assert paper.wallet.peak_lamports is None


async def test_the_balance_sheet_never_adds_paper_and_real_money(database: Pool) -> None:
    room, ann = await both(database)
    sheet = await PostgresLedgerAudit(database, SystemClock()).balance_sheet()
    of_sol = {one.mode: one.by_kind for one in sheet.assets if one.asset == SOL_MINT}
    assert list(of_sol) == [Mode.PAPER, Mode.LIVE]
    for mode, kinds in of_sol.items():
        desk = await room.house.books.desk(ann.user_id, mode, "")
        assert (kinds["cash"], sum(kinds.values())) == (desk.wallet.cash_lamports, 0)
    assert of_sol[Mode.LIVE]["external"] == -DEPOSITED


async def test_the_doors_of_paper_are_shut_to_who_trades_live(database: Pool) -> None:
    room, ann = await both(database)
    trading, wallets = room.house.trading, room.house.wallets
    asked = room.asking(live(ann))
    intent = OpenIntent(token_id=room.house.kept.token_id, side=Side.LONG, size_lamports=SOL)
    with pytest.raises(Refusal, match="paper_only"):
        await trading.open(asked, intent, lambda _: ())
    with pytest.raises(Refusal, match="paper_only"):
        await trading.close(asked, CloseIntent(number=1), lambda _: ())
    with pytest.raises(Refusal, match="paper_only"):
        await wallets.reset(asked, lambda _: ())


async def test_without_a_live_wallet_there_are_no_live_figures(database: Pool) -> None:
    room = await report_room(database)
    ann = await meet(room.house.books)
    with pytest.raises(Refusal, match="live_wallet_missing"):
        await room.house.wallets.portfolio(live(ann))


async def test_a_choice_is_kept_audited_and_ends_its_update_once(database: Pool) -> None:
    room = await report_room(database)
    ann = await meet(room.house.books)
    book = PostgresModes(database, on_outbox=lambda _queued: None)
    modes = Modes(book=book, is_live_on=True)
    with pytest.raises(Refusal, match="live_wallet_missing"):
        await modes.choose(request("tg:1", of=ann), Mode.LIVE, [])
    await keep(database, [replace(one, user_id=ann.user_id) for one in wallets_under(ring(), 1)])
    await fund(database, ann)
    await modes.choose(request("tg:2", of=ann), Mode.LIVE, [])
    again = Modes(book=book, is_live_on=True)
    await again.load()
    assert modes.of(ann.user_id) is again.of(ann.user_id) is Mode.LIVE
    actions = await database.fetch("SELECT action, details FROM audit_log WHERE user_id = 1001")
    assert [(row["action"], row["details"]) for row in actions][-1:] == [
        ("mode.chosen", {"mode": "live"})
    ]
    off = Modes(book=book, is_live_on=False)
    await off.load()
    assert off.of(ann.user_id) is Mode.PAPER


async def test_alerts_of_a_wallet_are_shown_in_its_own_mode(database: Pool) -> None:
    scene = await alert_scene(database)
    ann = await scene.user()
    await scene.set(ann, "equity above 100.5")
    await scene.set(ann, "above 0.03")
    kinds = [
        [line.alert.condition.kind for line in await scene.alerts.alerts(one)]
        for one in (ann, live(ann))
    ]
    assert kinds == [[AlertKind.EQUITY, AlertKind.PRICE], [AlertKind.PRICE]]
    with pytest.raises(Refusal, match="live_wallet_missing"):
        await scene.set(live(ann), "equity above 120")


@pytest.mark.parametrize("mode", list(Mode))
async def test_a_choice_whose_answer_was_lost_is_known_when_it_is_asked_again(
    database: Pool, mode: Mode
) -> None:
    ann = await meet(books_on(database))
    await keep(database, [replace(one, user_id=ann.user_id) for one in wallets_under(ring(), 1)])
    await fund(database, ann)
    book = PostgresModes(database, on_outbox=lambda _queued: None)
    modes = Modes(book=book, is_live_on=True)
    await modes.choose(request("tg:1", of=ann), OTHER[mode], [])
    update = StoredUpdate(update_id=7, lane=1001, raw={}, received_at=SystemClock().now())
    await PostgresInbox(database).store([update])
    asked = replace(request("tg:7", of=ann), update_id=7)
    assert await book.keep(asked, mode, []), "committed, and nobody heard of it"
    with pytest.raises(Refusal, match="already_done"):
        await modes.choose(asked, mode, [])
    assert modes.of(ann.user_id) is mode
