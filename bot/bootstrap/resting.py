"""Wire the orders that wait: their book, what memory knows of them, their use cases."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.adapters.database.candles import PostgresCandles
from bot.adapters.database.connection import Pool
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.resting import PostgresResting
from bot.domain.price_trust import TrustRules
from bot.domain.triggers import Owner
from bot.ports.books import Books
from bot.ports.clock import Clock
from bot.ports.resting import RestingBook
from bot.services.brackets import Brackets
from bot.services.price_board import PriceBoard
from bot.services.resting import RestingOrders
from bot.services.resting_clock import RestingClock
from bot.services.resting_fills import RestingFills
from bot.services.resting_planner import RestingPlanner, RestingViews
from bot.services.resting_views import RestingNotices
from bot.services.resting_watch import RestingWatch
from bot.services.suspicions import Suspicions
from bot.services.trading import Trading
from bot.services.triggers import Triggers
from bot.services.true_ranges import TrueRanges


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """The services of orders that wait: for people, and for the clock; and what they share."""

    orders: RestingOrders
    brackets: Brackets
    clock: RestingClock
    book: RestingBook
    watch: RestingWatch
    ranges: TrueRanges
    planner: RestingPlanner
    notices: RestingNotices


def wire_resting(
    *,
    pool: Pool,
    on_outbox: OnOutbox,
    books: Books,
    board: PriceBoard,
    trading: Trading,
    triggers: Triggers,
    suspicions: Suspicions,
    rules: TrustRules,
    clock: Clock,
    notices: RestingNotices,
    landing_seconds: Callable[[], float],
) -> Resting:
    """Build them, and make them known to the trigger book and to `Trading`."""
    book = PostgresResting(pool, on_outbox=on_outbox)
    watch = RestingWatch(
        book=book, triggers=triggers, board=board, suspicions=suspicions, rules=rules
    )
    ranges = TrueRanges(shelf=PostgresCandles(pool), clock=clock)
    planner = RestingPlanner(board=board, ranges=ranges, clock=clock)
    fills = RestingFills(
        trading=trading,
        books=books,
        book=book,
        board=board,
        ranges=ranges,
        watch=watch,
        clock=clock,
        notices=notices,
    )
    of_the_clock = RestingClock(
        book=book,
        books=books,
        board=board,
        watch=watch,
        fills=fills,
        clock=clock,
        notices=notices,
        landing_seconds=landing_seconds,
    )
    triggers.tell(Owner.ORDER, of_the_clock)
    trading.tell(of_the_clock.note_booked)
    return Resting(
        orders=RestingOrders(
            books=books, book=book, planner=planner, views=RestingViews(board=board), watch=watch
        ),
        brackets=Brackets(
            trading=trading, books=books, book=book, board=board, planner=planner, ranges=ranges
        ),
        clock=of_the_clock,
        book=book,
        watch=watch,
        ranges=ranges,
        planner=planner,
        notices=notices,
    )
