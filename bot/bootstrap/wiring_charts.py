"""Wires candles and the pictures that are drawn of them."""

from bot.adapters.database.candles import PostgresCandles
from bot.adapters.database.chart_desk import PostgresChartDesk
from bot.adapters.pictures.painter import ThreadPainter
from bot.bootstrap.outside import Outside
from bot.bootstrap.settings import Settings
from bot.ports.books import Books
from bot.services.candles import Candles
from bot.services.charts import Charts
from bot.services.price_board import PriceBoard
from bot.services.prices import Prices


def wire_candles(settings: Settings, outside: Outside, board: PriceBoard) -> Candles:
    """Build the candles around the price board."""
    return Candles(
        board=board,
        shelf=PostgresCandles(outside.pool),
        source=outside.candle_source,
        clock=outside.clock,
        keep_days=settings.candle_days,
    )


def wire_charts(  # noqa: PLR0917 (one of each)
    outside: Outside,
    books: Books,
    board: PriceBoard,
    prices: Prices,
    candles: Candles,
    painter: ThreadPainter,
) -> Charts:
    """Build the pictures of candles."""
    return Charts(
        board=board,
        prices=prices,
        candles=candles,
        shelf=PostgresCandles(outside.pool),
        desk=PostgresChartDesk(outside.pool),
        books=books,
        painter=painter,
        clock=outside.clock,
    )
