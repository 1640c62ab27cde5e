"""Wires what holds entries back: risk, emergency stops and the circuit breaker."""

from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.connection import Pool
from bot.adapters.database.funding import PostgresFunding
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.risk import PostgresRisk
from bot.adapters.database.stops import PostgresStops
from bot.bootstrap.rules import breaker_rules
from bot.bootstrap.settings import Settings
from bot.ports.chain import Chain
from bot.ports.clock import Clock
from bot.services.breaker import Breaker
from bot.services.equity_marks import EquityMarks
from bot.services.funding import Funding
from bot.services.price_board import PriceBoard
from bot.services.risk import Risk
from bot.services.safeguards import Safeguards
from bot.services.safety import Safety
from bot.services.stop_notices import StopNotices
from bot.services.stops import Stops
from bot.services.suspicions import Suspicions
from bot.services.worths import Worths


def safeguards(
    settings: Settings,
    *,
    pool: Pool,
    on_outbox: OnOutbox,
    books: PostgresBooks,
    board: PriceBoard,
    safety: Safety,
    suspicions: Suspicions,
    clock: Clock,
    chain: Chain,
    notices: StopNotices,
) -> Safeguards:
    """Build them around the price board."""
    book = PostgresRisk(pool, on_outbox=on_outbox)
    stops = Stops(
        book=PostgresStops(pool, on_outbox=on_outbox),
        board=board,
        books=books,
        clock=clock,
        notices=notices,
    )
    worths = Worths(board=board, stop_of=stops.of)
    risk = Risk(
        books=books,
        book=book,
        board=board,
        worths=worths,
        safety=safety,
        suspicions=suspicions,
        stops_of=stops.concerning,
        clock=clock,
    )
    return Safeguards(
        stops=stops,
        worths=worths,
        risk=risk,
        funding=Funding(book=PostgresFunding(pool), board=board, clock=clock),
        marks=EquityMarks(book=book, worths=worths, clock=clock),
        breaker=Breaker(
            board=board,
            suspicions=suspicions,
            stops=stops,
            clock=clock,
            rules=breaker_rules(settings),
            endpoints=chain.endpoints,
        ),
    )
