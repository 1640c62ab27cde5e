"""Candles, charts and lines of tokens, with the parts a test names."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from bot.domain.candles import Candle, Interval
from bot.domain.charts import Chart, Theme
from bot.domain.instruments import Token
from bot.domain.users import Mode
from bot.services.charts import ChartView
from bot.services.token_lines import TokenLine
from tests.builders.views import a_quote, a_token

DAWN = datetime(2026, 10, 6, 6, 0, tzinfo=UTC)


def some_candles(
    count: int = 40, interval: Interval = Interval.QUARTER, **parts: object
) -> tuple[Candle, ...]:
    """Candles that swing around 0.018 SOL, all alike but for their swing."""
    found = []
    for number in range(count):
        low = Decimal("0.018") + Decimal(number % 9) / 10_000
        candle = Candle(
            opened_at=DAWN + number * interval.length,
            open=low + Decimal("0.0001"),
            high=low + Decimal("0.0004"),
            low=low,
            close=low + Decimal("0.0003"),
            volume_sol=Decimal(number % 5),
        )
        found.append(replace(candle, **parts))
    return tuple(found)


def a_chart(candles: tuple[Candle, ...] | None = None, **parts: object) -> Chart:
    shown = some_candles() if candles is None else candles
    chart = Chart(
        symbol="WIF",
        short_mint="EKpQ…zcjm",
        interval=Interval.QUARTER,
        theme=Theme.DARK,
        candles=shown,
        since=shown[0].opened_at,
        until=shown[-1].opened_at + Interval.QUARTER.length,
    )
    return replace(chart, **parts)


def a_chart_view(token: Token | None = None, **parts: object) -> ChartView:
    view = ChartView(
        quote=a_quote(token),
        interval=Interval.QUARTER,
        theme=Theme.DARK,
        candles=some_candles(),
        user_id=1001,
        mode=Mode.PAPER,
    )
    return replace(view, **parts)


def a_line(token: Token | None = None, **parts: object) -> TokenLine:
    line = TokenLine(
        token=token or a_token(),
        price=Decimal("0.018420456"),
        age_seconds=4.2,
        change_1h=Decimal("-0.012"),
        change_24h=Decimal("0.041"),
    )
    return replace(line, **parts)
