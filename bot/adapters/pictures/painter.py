"""Draws in a thread of its own, one picture at a time, so that the event loop goes on."""

import asyncio

from bot.domain.cards import Card, EquityCurve, PnlCard, ReceiptCard
from bot.domain.charts import Chart


class ThreadPainter:
    """Implements `Painter`, `CardPainter` and `CodePainter`; loads what draws when first wanted."""

    def __init__(self) -> None:
        # Two at once would take the interpreter from each other and from the loop.
        self._turn = asyncio.Semaphore(1)

    async def draw(self, chart: Chart) -> bytes:
        """Give a chart as PNG."""
        async with self._turn:
            return await asyncio.to_thread(_draw, chart)

    async def draw_card(self, card: Card) -> bytes:
        """Give a curve or a card as PNG."""
        async with self._turn:
            return await asyncio.to_thread(_draw_card, card)

    async def draw_code(self, text: str) -> bytes:
        """Give a text as a QR code, PNG."""
        async with self._turn:
            return await asyncio.to_thread(_draw_code, text)


def _draw(chart: Chart) -> bytes:
    from bot.adapters.pictures.candle_chart import draw_chart  # noqa: PLC0415 (loads Pillow late)

    return draw_chart(chart)


def _draw_card(card: Card) -> bytes:
    from bot.adapters.pictures.cards import draw_pnl, draw_receipt  # noqa: PLC0415 (as above)
    from bot.adapters.pictures.equity_curve import draw_curve  # noqa: PLC0415 (as above)

    match card:
        case EquityCurve():
            return draw_curve(card)
        case PnlCard():
            return draw_pnl(card)
        case ReceiptCard():
            return draw_receipt(card)


def _draw_code(text: str) -> bytes:
    from bot.adapters.pictures.codes import draw_qr  # noqa: PLC0415 (as above)

    return draw_qr(text)
