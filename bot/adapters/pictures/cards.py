"""Draws cards to share: a span in figures, and one fill; what a wallet holds only where asked."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from bot.adapters.pictures.canvas import MARGIN, WIDTH, Canvas
from bot.adapters.pictures.courses import Course
from bot.adapters.pictures.lettering import (
    MINUS,
    drawable,
    fitted,
    price_number,
    signed_percent,
    width,
)
from bot.adapters.pictures.palette import Colour
from bot.adapters.pictures.scales import Frame
from bot.domain.cards import PnlAmounts, PnlCard, ReceiptCard, books_name
from bot.domain.money import LAMPORTS_PER_SOL
from bot.domain.positions import Side

PNL_HEIGHT, RECEIPT_HEIGHT = 960, 800
_TITLE, _HERO, _FIGURE, _LABEL, _FOOT = 58, 150, 56, 38, 34
_COLUMNS, _FEWEST_POINTS = 3, 2
_MOST_FACTOR = 999

Cell = tuple[str, str, float]
"""A heading, a figure, and its sign where that is worth a colour."""


def draw_pnl(card: PnlCard) -> bytes:
    """Give the card of a span as PNG, 1280 by 960 pixels."""
    canvas = Canvas(card.theme, PNL_HEIGHT)
    growth = float(card.growth or 0)
    if len(card.points) >= _FEWEST_POINTS:
        frame = Frame(left=0, top=310, right=WIDTH - 1, bottom=490)
        course = Course.within(frame, card.points)
        canvas.curve(frame, course.line(), frame.bottom, is_gain=growth >= 0)
    end = canvas.tag(card.mode, 64)
    whole = card.span.length is None
    span = books_name(card) if whole else f"last {card.span.value} · {books_name(card)}"
    title = f"P&L · {span}"
    canvas.text((MARGIN, 64), title, _TITLE, canvas.colours.text, longest=end - 2 * MARGIN)
    hero = "n/a" if card.growth is None else signed_percent(growth)
    canvas.text((MARGIN, 212), hero, _HERO, canvas.of_sign(growth), longest=WIDTH - 2 * MARGIN)
    _grid(canvas, _pnl_cells(card), 540)
    _foot(canvas, f"{card.at:%d %b %Y %H:%M} UTC", PNL_HEIGHT)
    return canvas.png()


def draw_receipt(card: ReceiptCard) -> bytes:
    """Give the card of a fill as PNG, 1280 by 800 pixels."""
    canvas = Canvas(card.theme, RECEIPT_HEIGHT)
    colours, end = canvas.colours, canvas.tag(card.mode, 64)
    side = f" {card.side.value}" + (f" x{card.leverage}" if card.side is Side.SHORT else "")
    room = end - 2 * MARGIN - width(side, _TITLE)
    name = fitted(drawable(card.symbol, card.short_mint), _TITLE, room)
    canvas.text((MARGIN, 64), name, _TITLE, colours.text)
    colour = colours.rising if card.side is Side.LONG else colours.falling
    canvas.text((MARGIN + width(name, _TITLE), 64), side, _TITLE, colour)
    growth = float(card.growth or 0)
    hero = card.title if card.growth is None else signed_percent(growth)
    canvas.text((MARGIN, 212), hero, _HERO, canvas.of_sign(growth), longest=WIDTH - 2 * MARGIN)
    why = f"{card.title} · {card.reason}" if card.growth is not None else card.reason
    canvas.text((MARGIN, 330), why, _FIGURE, colours.muted, longest=WIDTH - 2 * MARGIN)
    _grid(canvas, _receipt_cells(card), 430)
    _foot(canvas, f"{card.at:%d %b %Y %H:%M:%S} UTC", RECEIPT_HEIGHT)
    return canvas.png()


def _pnl_cells(card: PnlCard) -> list[Cell]:
    cells = [
        ("exits", str(card.exits), 0.0),
        ("win rate", _share(card.win_rate), 0.0),
        ("profit factor", _factor(card.profit_factor), 0.0),
        ("max drawdown", signed_percent(-float(card.drawdown)), 0.0),
        ("Sharpe", _ratio(card.sharpe), 0.0),
        ("average hold", _duration(card.average_held), 0.0),
    ]
    return [*cells, *_amount_cells(card.amounts)] if card.amounts else cells


def _amount_cells(amounts: PnlAmounts) -> list[Cell]:
    realised, unrealised = amounts.realised_lamports, amounts.unrealised_lamports
    return [
        ("equity, SOL", _sol(amounts.equity_lamports, is_signed=False), 0.0),
        ("realised, SOL", _sol(realised), float(realised)),
        ("open now, SOL", _sol(unrealised), float(unrealised)),
    ]


def _receipt_cells(card: ReceiptCard) -> list[Cell]:
    cells = [
        ("filled at, SOL", price_number(float(card.fill_price)), 0.0),
        ("decided at, SOL", price_number(float(card.decided_price)), 0.0),
        ("impact", f"{float(card.impact) * 100:.2f}%", 0.0),
    ]
    if card.held is not None:
        cells.append(("held", _duration(card.held), 0.0))
    if card.amounts is not None:
        cells.append(("size, SOL", _sol(card.amounts.sol_lamports, is_signed=False), 0.0))
        gain = card.amounts.realised_lamports
        if gain is not None:
            cells.append(("result, SOL", _sol(gain), float(gain)))
    return cells


def _grid(canvas: Canvas, cells: Sequence[Cell], top: int) -> None:
    """Write figures below their headings, three in a row, each within its column."""
    wide, tall = (WIDTH - 2 * MARGIN) // _COLUMNS, 150 if len(cells) <= 2 * _COLUMNS else 118
    for place, (heading, figure, sign) in enumerate(cells):
        x = MARGIN + place % _COLUMNS * wide
        y = top + place // _COLUMNS * tall
        canvas.text((x, y), heading, _LABEL, canvas.colours.muted, longest=wide - 24)
        colour: Colour = canvas.of_sign(sign)
        canvas.text((x, y + 50), figure, _FIGURE, colour, longest=wide - 24)


def _foot(canvas: Canvas, when: str, height: int) -> None:
    y = height - 40
    canvas.text((MARGIN, y), "Kitrader", _FOOT, canvas.colours.muted)
    canvas.text((WIDTH - MARGIN, y), when, _FOOT, canvas.colours.muted, anchor="rm")


def _share(fraction: Decimal | None) -> str:
    return "n/a" if fraction is None else f"{float(fraction) * 100:.0f}%"


def _factor(factor: Decimal | None) -> str:
    if factor is None:
        return "n/a"
    return f"{float(factor):.2f}" if factor <= _MOST_FACTOR else f">{_MOST_FACTOR}"


def _ratio(ratio: Decimal | None) -> str:
    if ratio is None:
        return "n/a"
    return f"{MINUS if ratio < 0 else ''}{abs(float(ratio)):.2f}"


def _sol(lamports: int, *, is_signed: bool = True) -> str:
    sign = MINUS if lamports < 0 else "+" if is_signed and lamports else ""
    return sign + price_number(abs(lamports) / LAMPORTS_PER_SOL)


def _duration(held: timedelta | None) -> str:
    """Give a time in its largest two units."""
    if held is None:
        return "n/a"
    minutes = int(held.total_seconds()) // 60
    hours, days = minutes // 60, minutes // 1440
    if days:
        return f"{days} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min" if minutes else f"{int(held.total_seconds())} s"
