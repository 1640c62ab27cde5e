"""Draws a candle chart for a phone: few lines, large letters, the owner's own marks on top."""

import io
import math

from PIL import Image, ImageDraw

from bot.adapters.pictures.lettering import (
    axis_number,
    drawable,
    fitted,
    font,
    price_number,
    signed_percent,
    width,
)
from bot.adapters.pictures.palette import PALETTES, Colour, Palette
from bot.adapters.pictures.scales import Frame, PriceScale, TimeScale, price_range
from bot.adapters.pictures.stamps import MARK, palette_of, triangles
from bot.domain.candles import Candle
from bot.domain.charts import Chart, Deed, Level, LevelKind
from bot.domain.users import Mode

WIDTH, HEIGHT = 1280, 960
_TITLE, _PRICE, _LABEL, _CHIP = 58, 48, 40, 36
_MARGIN, _PLOT_TOP, _AXIS_WIDTH, _TIME_HEIGHT, _VOLUME_HEIGHT = 28, 180, 212, 72, 136
_MOST_PRICES, _MOST_TIMES = 6, 5
_DASH, _GAP = 12, 9
_COMPRESSION = 3
_NARROWEST_GAP = 3.0


def draw_chart(chart: Chart) -> bytes:
    """Give a chart of at least one candle as PNG, 1280 by 960 pixels."""
    drawing = _Drawing(chart)
    drawing.grid()
    drawing.volumes()
    drawing.lines()
    drawing.candles()
    drawing.levels()
    drawing.marks()
    drawing.last_price()
    drawing.header()
    written = io.BytesIO()
    # A hundred colours say it all, in half the bytes and half the time.
    few = drawing.image.quantize(palette=palette_of(chart.theme), dither=Image.Dither.NONE)
    few.save(written, "PNG", compress_level=_COMPRESSION)
    return written.getvalue()


class _Drawing:
    """One picture being drawn, in the order in which things cover one another."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self._colours = PALETTES[chart.theme]
        self.image = Image.new("RGB", (WIDTH, HEIGHT), self._colours.ground)
        self._pen = ImageDraw.Draw(self.image)
        self._has_volume = any(candle.volume_sol for candle in chart.candles)
        bottom = HEIGHT - _TIME_HEIGHT - (_VOLUME_HEIGHT if self._has_volume else 0)
        right = WIDTH - _AXIS_WIDTH
        frame = Frame(left=_MARGIN, top=_PLOT_TOP, right=right, bottom=bottom)
        low, high = price_range(chart)
        self._prices = PriceScale(frame=frame, low=low, high=high)
        slots = max(1, math.ceil((chart.until - chart.since) / chart.interval.length))
        self._times = TimeScale(
            frame=frame, since=chart.since, length=chart.interval.length, slots=slots
        )

    def grid(self) -> None:
        """Draw the round prices and times."""
        frame, colours = self._prices.frame, self._colours
        step = self._prices.step(_MOST_PRICES)
        last_y = self._prices.y(float(self._chart.candles[-1].close))
        for price in self._prices.figures(_MOST_PRICES):
            y = round(self._prices.y(price))
            self._pen.line((frame.left, y, frame.right, y), fill=colours.grid, width=2)
            if abs(y - last_y) > _LABEL * 1.2:
                self._text((frame.right + 14, y), axis_number(price, step), _LABEL, colours.muted)
        y = HEIGHT - _TIME_HEIGHT // 2
        for slot, label in self._times.figures(_MOST_TIMES):
            x = round(self._times.x(slot))
            self._pen.line((x, frame.top, x, HEIGHT - _TIME_HEIGHT), fill=colours.grid, width=2)
            half = width(label, _LABEL) / 2
            if frame.left <= x - half and x + half <= frame.right:
                self._text((x, y), label, _LABEL, colours.muted, anchor="mm")
        self._text((WIDTH - _MARGIN, y), "UTC", _LABEL, colours.muted, anchor="rm")

    def volumes(self) -> None:
        """Draw what was traded, where it is known."""
        if not self._has_volume:
            return
        largest = max(float(candle.volume_sol or 0) for candle in self._chart.candles)
        bottom, colours = HEIGHT - _TIME_HEIGHT, self._colours
        for candle in self._chart.candles:
            tall = float(candle.volume_sol or 0) / largest * (_VOLUME_HEIGHT - 24)
            left, right = self._body(candle)
            if tall >= 1:
                fill = colours.rising_volume if _rises(candle) else colours.falling_volume
                self._pen.rectangle((left, round(bottom - tall), right, bottom), fill=fill)
        x, top = self._prices.frame.right + 14, bottom - _VOLUME_HEIGHT + 34
        self._text((x, top), f"{price_number(largest)}", _CHIP, colours.muted)
        self._text((x, top + _CHIP + 6), "SOL vol", _CHIP, colours.muted)

    def candles(self) -> None:
        """Draw the candles; where nothing was recorded a short dash carries the last price on."""
        previous: Candle | None = None
        for candle in self._chart.candles:
            if previous is not None:
                self._carry(previous, candle)
            self._candle(candle)
            previous = candle

    def lines(self) -> None:
        """Draw the lines of the last price and of the levels, which candles and labels cover."""
        self._dashes(float(self._chart.candles[-1].close), self._last_colour(), 2)
        for level in self._chart.levels:
            if self._prices.holds(float(level.price)):
                self._dashes(float(level.price), self._of_level(level), 3)

    def levels(self) -> None:
        """Name the prices that matter to the owner; those outside only point the way."""
        frame = self._prices.frame
        for level in self._chart.levels:
            colour, price = self._of_level(level), float(level.price)
            text = f"{level.kind.value} {price_number(price)}"
            if self._prices.holds(price):
                self._chip(round(self._prices.y(price)), text, colour)
            elif price > self._prices.high:
                self._chip(frame.top + _CHIP, text, colour, points=-1)
            else:
                self._chip(frame.bottom - _CHIP, text, colour, points=1)

    def marks(self) -> None:
        """Draw the owner's fills: up for what was bought, down for what was sold."""
        for mark in self._chart.marks:
            slot = self._times.slot(mark.at)
            if not 0 <= slot < self._times.slots:
                continue
            y = min(max(self._prices.y(float(mark.price)), self._prices.frame.top),
                    self._prices.frame.bottom)  # fmt: skip
            # The tip touches the price that was paid or got.
            middle = y + MARK / 2 if mark.bought else y - MARK / 2
            self._triangle(self._times.x(slot), middle, self._of_deed(mark.deed), up=mark.bought)

    def last_price(self) -> None:
        """Write where the price is now, on the axis."""
        price = float(self._chart.candles[-1].close)
        y = round(self._prices.y(price))
        left, tall = self._prices.frame.right + 4, _LABEL // 2 + 9
        box = (left, y - tall, WIDTH - 6, y + tall)
        self._pen.rounded_rectangle(box, 8, fill=self._last_colour())
        text = fitted(price_number(price), _LABEL, WIDTH - left - 22)
        self._text((left + 10, y), text, _LABEL, self._colours.on_tag)

    def header(self) -> None:
        """Write what this is a chart of, the price, and how far it went."""
        chart, colours = self._chart, self._colours
        end = WIDTH - _MARGIN
        if chart.mode is not None:
            end = self._mode(chart.mode) - 24
        tail = f" / SOL · {chart.interval.label}"
        room = end - _MARGIN - width(tail, _PRICE)
        name = fitted(drawable(chart.symbol, chart.short_mint), _TITLE, room)
        self._text((_MARGIN, 52), name, _TITLE, colours.text)
        self._text((_MARGIN + width(name, _TITLE), 54), tail, _PRICE, colours.muted)
        first, last = float(chart.candles[0].open), float(chart.candles[-1].close)
        price, change = f"{price_number(last)} SOL", last / first - 1 if first else 0.0
        self._text((_MARGIN, 122), price, _PRICE, colours.text)
        colour = colours.rising if change >= 0 else colours.falling
        at = _MARGIN + width(price, _PRICE) + 26
        self._text((at, 122), signed_percent(change), _PRICE, colour)
        self._legend()

    def _legend(self) -> None:
        """Say what the marks mean, for those that are there."""
        x = WIDTH - _MARGIN
        for deed in reversed(Deed):
            directions = {mark.bought for mark in self._chart.marks if mark.deed is deed}
            if not directions:
                continue
            x -= width(deed.value, _CHIP)
            self._text((x, 122), deed.value, _CHIP, self._colours.muted)
            for bought in directions:
                x -= MARK
                self._triangle(x + 8, 122, self._of_deed(deed), up=bought)
            x -= 26

    def _mode(self, mode: Mode) -> int:
        """Write whose money the marks are of; gives where the label begins."""
        text = mode.value.upper()
        left = WIDTH - _MARGIN - width(text, _CHIP) - 32
        fill = self._colours.paper if mode is Mode.PAPER else self._colours.live
        self._pen.rounded_rectangle((left, 26, WIDTH - _MARGIN, 78), 12, fill=fill)
        self._text((left + 16, 52), text, _CHIP, self._colours.on_tag)
        return left

    def _candle(self, candle: Candle) -> None:
        colour = self._colours.rising if _rises(candle) else self._colours.falling
        x = round(self._times.x(self._times.slot(candle.opened_at)))
        thick = 3 if self._times.slot_width > 2 * _NARROWEST_GAP else 1
        high, low = self._prices.y(float(candle.high)), self._prices.y(float(candle.low))
        self._pen.line((x, round(high), x, round(low)), fill=colour, width=thick)
        left, right = self._body(candle)
        top, bottom = sorted(
            (round(self._prices.y(float(candle.open))), round(self._prices.y(float(candle.close))))
        )
        self._pen.rectangle((left, top, right, max(bottom, top + 2)), fill=colour)

    def _body(self, candle: Candle) -> tuple[int, int]:
        x = round(self._times.x(self._times.slot(candle.opened_at)))
        gap = max(_NARROWEST_GAP, self._times.slot_width * 0.28)
        half = max(1, round((self._times.slot_width - gap) / 2))
        return x - half, x + half

    def _carry(self, previous: Candle, candle: Candle) -> None:
        first = self._times.slot(previous.opened_at) + 1
        end = self._times.slot(candle.opened_at)
        if first < end:
            y = round(self._prices.y(float(previous.close)))
            half = self._times.slot_width / 2
            span = (self._times.x(first) - half, y, self._times.x(end - 1) + half, y)
            self._pen.line(span, fill=self._colours.muted, width=2)

    def _dashes(self, price: float, colour: Colour, thick: int) -> None:
        frame, y = self._prices.frame, round(self._prices.y(price))
        for x in range(frame.left, frame.right, _DASH + _GAP):
            self._pen.line((x, y, min(x + _DASH, frame.right), y), fill=colour, width=thick)

    def _last_colour(self) -> Colour:
        is_up = _rises(self._chart.candles[-1])
        return self._colours.rising if is_up else self._colours.falling

    def _of_level(self, level: Level) -> Colour:
        colours = {
            LevelKind.ENTRY: self._colours.entry,
            LevelKind.STOP: self._colours.falling,
            LevelKind.PROFIT: self._colours.rising,
            LevelKind.ORDER: self._colours.exit,
        }
        return colours.get(level.kind, self._colours.liquidation)

    def _chip(self, y: int, text: str, colour: Colour, points: int = 0) -> None:
        tall = _CHIP // 2 + 8
        more = MARK + 4 if points else 0
        wide = width(text, _CHIP) + 24 + more
        x = self._emptiest(y - tall, y + tall, wide)
        self._pen.rounded_rectangle((x, y - tall, x + wide, y + tall), 8, fill=colour)
        self._text((x + 12, y), text, _CHIP, self._colours.ground)
        if points:
            self._arrow(x + wide - MARK / 2 - 8, y, points)

    def _arrow(self, x: float, y: int, points: int) -> None:
        half = _CHIP // 3
        tip, flat = y + points * half, y - points * half
        corners = ((x, tip), (x - half, flat), (x + half, flat))
        self._pen.polygon(corners, fill=self._colours.ground)

    def _emptiest(self, top: int, bottom: int, wide: int) -> int:
        """Give where a label hides the fewest candles, further left where it is all the same."""
        frame = self._prices.frame
        busy = [
            self._times.x(self._times.slot(candle.opened_at))
            for candle in self._chart.candles
            if self._prices.y(float(candle.high)) <= bottom
            and self._prices.y(float(candle.low)) >= top
        ]
        places = range(frame.left, max(frame.right - wide, frame.left) + 1, wide // 4)
        return min(places, key=lambda x: sum(x <= at <= x + wide for at in busy))

    def _triangle(self, x: float, y: float, colour: Colour, *, up: bool) -> None:
        edge, inner = triangles(up=up)
        at = (round(x - edge.width / 2), round(y - edge.height / 2))
        self.image.paste(self._colours.ground, at, edge)
        self.image.paste(colour, at, inner)

    def _of_deed(self, deed: Deed) -> Colour:
        colours: Palette = self._colours
        return {
            Deed.ENTRY: colours.entry,
            Deed.EXIT: colours.exit,
            Deed.LIQUIDATION: colours.liquidation,
        }[deed]

    def _text(
        self, at: tuple[float, float], text: str, size: int, colour: Colour, *, anchor: str = "lm"
    ) -> None:
        self._pen.text(at, text, font=font(size), fill=colour, anchor=anchor)


def _rises(candle: Candle) -> bool:
    return candle.close >= candle.open
