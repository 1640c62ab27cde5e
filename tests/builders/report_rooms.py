"""The services of reports beside a house of one token, on a real database."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.adapters.clock import SystemClock
from bot.adapters.database.chart_desk import PostgresChartDesk
from bot.adapters.database.connection import Pool
from bot.adapters.database.exports import PostgresExports
from bot.adapters.database.performance import PostgresPerformance
from bot.adapters.database.reports import PostgresLeaderboards, PostgresReports
from bot.domain.cards import Card
from bot.domain.orders import CloseIntent, OpenIntent
from bot.domain.positions import Side
from bot.domain.requests import Request
from bot.domain.users import Mode, User
from bot.ports.exports import Export
from bot.services.exports import Exports, ExportSpan
from bot.services.leaderboards import Leaderboards
from bot.services.performance import Performance
from bot.services.reports import Reports
from bot.services.valuation import Valuation
from bot.services.whole_pools import WholePools
from tests.builders.desks import SOL, pool, request
from tests.builders.houses import PRICE, House, house


@dataclass(slots=True)
class NotedCards:
    """Draws nothing and keeps what was to be drawn."""

    cards: list[Card] = field(default_factory=list)

    async def draw_card(self, card: Card) -> bytes:
        self.cards.append(card)
        return b"drawn"


@dataclass(slots=True, kw_only=True)
class ReportRoom:
    """A house with its reports; `price` moves its only pool, in percent of the beginning."""

    house: House
    database: Pool
    performance: Performance
    book: PostgresPerformance
    reports: Reports
    exports: Exports
    leaderboards: Leaderboards
    painter: NotedCards
    asked: int = 0

    async def open(self, who: User, side: Side, size: int, leverage: int = 1) -> None:
        intent = OpenIntent(
            token_id=self.house.kept.token_id,
            side=side,
            size_lamports=size * SOL // 100,
            leverage=leverage,
        )
        await self.house.trading.open(self.asking(who), intent, lambda _: ())

    async def close(self, who: User, number: int, percent: int = 100) -> None:
        intent = CloseIntent(number=number, percent=percent)
        await self.house.trading.close(self.asking(who), intent, lambda _: ())

    def price(self, percent: int) -> None:
        """Let the pool stand at a percentage of its opening price."""
        chain = self.house.chain
        moved = pool(sol_reserve=PRICE * percent // 100, slot=chain.reading.slot + 1)
        chain.reading = replace(moved, address="pool")
        self.house.board.set_price(self.house.kept.token_id, [chain.reading], SystemClock().now())

    async def files(self, who: User, what: Export, span: ExportSpan = ExportSpan.ALL) -> list[str]:
        """Write an export's files as they would be sent."""
        view = await self.exports.export(who, what, span)
        return [(await self.exports.write(one.recipe)).decode("utf-8-sig") for one in view.files]

    async def drawn(self, recipe: Mapping[str, object]) -> Card:
        """Give what would be drawn of a recipe."""
        await self.performance.draw(recipe)
        return self.painter.cards[-1]

    def asking(self, who: User) -> Request:
        """Make the next request of somebody."""
        self.asked += 1
        return request(f"tg:{self.asked}", of=who)


async def report_room(database: Pool) -> ReportRoom:
    """Build a house and its reports."""
    home, clock, painter = await house(database), SystemClock(), NotedCards()
    pools = WholePools(board=home.board, chain=home.chain, clock=clock)
    valuation = Valuation(board=home.board, pools=pools, clock=clock)
    book = PostgresPerformance(database)
    performance = Performance(
        books=home.books,
        book=book,
        valuation=valuation,
        desk=PostgresChartDesk(database),
        painter=painter,
        clock=clock,
    )
    return ReportRoom(
        house=home,
        database=database,
        performance=performance,
        book=book,
        reports=Reports(
            book=PostgresReports(database, on_outbox=lambda _: None),
            performance=performance,
            clock=clock,
            notice=lambda _user, _report: (),
            mode_of=lambda _user: Mode.PAPER,
        ),
        exports=Exports(book=PostgresExports(database), clock=clock),
        leaderboards=Leaderboards(
            book=PostgresLeaderboards(database),
            books=home.books,
            performance=book,
            valuation=valuation,
        ),
        painter=painter,
    )
