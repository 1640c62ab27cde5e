"""Reports, courses of equity and boards, with the parts a test names."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.domain.charts import Theme
from bot.domain.performance import Drawdown, EquityPoint, Exits, Span
from bot.domain.users import Mode
from bot.ports.exports import Export
from bot.ports.performance import ReasonResult, TokenResult
from bot.services.exports import ExportFile, ExportSpan, ExportView
from bot.services.leaderboards import Leaderboard, Standing
from bot.services.performance_views import CardView, PnlReport
from tests.builders.views import a_history, a_token

DAWN = datetime(2026, 10, 6, 6, 0, tzinfo=UTC)
SOL = 10**9


def a_course(worths: Sequence[int] = (100, 104, 99, 101)) -> tuple[EquityPoint, ...]:
    """Worths in SOL, six hours apart."""
    return tuple(
        EquityPoint(at=DAWN + timedelta(hours=6 * number), equity_lamports=worth * SOL)
        for number, worth in enumerate(worths)
    )


def some_exits(**parts: object) -> Exits:
    exits = Exits(
        exits=24,
        wins=15,
        losses=9,
        gained_lamports=3 * SOL,
        lost_lamports=2 * SOL,
        held_seconds=Decimal(24 * 3 * 3600),
    )
    return replace(exits, **parts)


def a_report(**parts: object) -> PnlReport:
    course = a_course()
    report = PnlReport(
        mode=Mode.PAPER,
        span=Span.WEEK,
        season=2,
        season_began_at=DAWN - timedelta(days=30),
        grant_lamports=100 * SOL,
        until=course[-1].at,
        opening=course[0],
        equity_lamports=course[-1].equity_lamports,
        unrealised_lamports=SOL // 10,
        open_positions=1,
        is_whole=True,
        oldest_age_seconds=3.0,
        sol_usd=Decimal("121.04"),
        fills=50,
        exits=some_exits(),
        network_fees_lamports=750_000,
        pool_fees_lamports=50_000_000,
        funding_lamports=0,
        by_token=(TokenResult(token=a_token(), exits=some_exits()),),
        by_reason=(ReasonResult(reason="take_profit", exits=some_exits()),),
        drawdown=Drawdown(fraction=Decimal("0.048"), lamports=5 * SOL),
        sharpe=Decimal("1.234"),
        sortino=Decimal("2.1"),
        days=8,
        course=course,
    )
    return replace(report, **parts)


def a_card(what: str = "card", **parts: object) -> CardView:
    view = CardView(what=what, user_id=1001, theme=Theme.DARK, shows_amounts=False, mode=Mode.PAPER)
    if what == "receipt":
        view = replace(view, order=a_history(a_token(), 1, None).orders[0])
    else:
        view = replace(view, report=a_report())
    return replace(view, **parts)


def an_export(what: Export = Export.FILLS, *, files: int = 1, **parts: object) -> ExportView:
    name = f"kitrader_paper_{what.value}.csv"
    recipe = {"what": what.value, "user_id": 1001, "mode": "paper", "first": 1, "last": 9}
    view = ExportView(
        mode=Mode.PAPER,
        what=what,
        span=ExportSpan.ALL,
        since=None,
        files=(ExportFile(name=name, rows=9, recipe=recipe),) * files,
        rows=9 * files,
    )
    return replace(view, **parts)


def a_board(names: Sequence[str] = ("Ann", "Bob")) -> Leaderboard:
    standings = tuple(
        Standing(
            user_id=1001 + place,
            first_name=name,
            season=1 + place,
            growth=Decimal("0.12") - Decimal(place) / 5,
            drawdown=Decimal("0.05"),
        )
        for place, name in enumerate(names)
    )
    return Leaderboard(
        mode=Mode.PAPER,
        standings=standings,
        idle=1,
        unpriced=0,
        median_growth=Decimal("0.02") if names else None,
        median_drawdown=Decimal("0.05") if names else None,
    )
