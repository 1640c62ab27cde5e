"""Draws in a thread of its own, one picture at a time, so that the event loop goes on."""

import asyncio

from bot.domain.charts import Chart


class ThreadPainter:
    """Implements `Painter`; the drawing library is loaded when the first picture is wanted."""

    def __init__(self) -> None:
        # Two at once would take the interpreter from each other and from the loop.
        self._turn = asyncio.Semaphore(1)

    async def draw(self, chart: Chart) -> bytes:
        """Give a chart as PNG."""
        async with self._turn:
            return await asyncio.to_thread(_draw, chart)


def _draw(chart: Chart) -> bytes:
    from bot.adapters.pictures.candle_chart import draw_chart  # noqa: PLC0415 (loads Pillow late)

    return draw_chart(chart)
