"""Wire what reports are made of: results, daily reports, tables to take along, leaderboards."""

from dataclasses import dataclass

from bot.adapters.database.chart_desk import PostgresChartDesk
from bot.adapters.database.exports import PostgresExports
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.performance import PostgresPerformance
from bot.adapters.database.reports import PostgresLeaderboards, PostgresReports
from bot.adapters.pictures.painter import ThreadPainter
from bot.bootstrap.outside import Outside
from bot.ports.books import Books
from bot.services.exports import Exports
from bot.services.leaderboards import Leaderboards
from bot.services.performance import Performance
from bot.services.price_board import PriceBoard
from bot.services.reports import ModeOf, ReportNotice, Reports
from bot.services.valuation import Valuation
from bot.services.whole_pools import WholePools


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportServices:
    """The services around what people's trading came to."""

    performance: Performance
    reports: Reports
    exports: Exports
    leaderboards: Leaderboards


def report_services(
    outside: Outside,
    *,
    books: Books,
    board: PriceBoard,
    pools: WholePools,
    painter: ThreadPainter,
    on_outbox: OnOutbox,
    reported: ReportNotice,
    mode_of: ModeOf,
) -> ReportServices:
    """Build them on the wallets' books and the board of prices."""
    clock, pool = outside.clock, outside.pool
    book = PostgresPerformance(pool)
    valuation = Valuation(board=board, pools=pools, clock=clock)
    performance = Performance(
        books=books,
        book=book,
        valuation=valuation,
        desk=PostgresChartDesk(pool),
        painter=painter,
        clock=clock,
    )
    return ReportServices(
        performance=performance,
        reports=Reports(
            book=PostgresReports(pool, on_outbox=on_outbox),
            performance=performance,
            clock=clock,
            notice=reported,
            mode_of=mode_of,
        ),
        exports=Exports(book=PostgresExports(pool), clock=clock),
        leaderboards=Leaderboards(
            book=PostgresLeaderboards(pool), books=books, performance=book, valuation=valuation
        ),
    )
