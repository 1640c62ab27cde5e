"""Draws how a wallet's worth went over a span: in percent of its beginning, or in SOL."""

from datetime import datetime, timedelta

from bot.adapters.pictures.canvas import MARGIN, WIDTH, Canvas
from bot.adapters.pictures.courses import Course
from bot.adapters.pictures.lettering import MINUS, price_number, signed_percent, width
from bot.adapters.pictures.scales import Frame, PriceScale, TimeScale
from bot.domain.cards import EquityCurve, books_name
from bot.domain.money import LAMPORTS_PER_SOL

HEIGHT = 960
_TITLE, _FIGURE, _LABEL = 54, 64, 40
_AXIS_WIDTH, _TIME_HEIGHT, _PLOT_TOP = 190, 76, 210
_MOST_FIGURES, _MOST_TIMES, _MOST_SLOTS = 6, 5, 600
_SLOT_MINUTES = (1, 5, 15, 30, 60, 240, 1440, 10_080)


def draw_curve(curve: EquityCurve) -> bytes:
    """Give a course of at least two points as PNG, 1280 by 960 pixels."""
    canvas = Canvas(curve.theme, HEIGHT)
    frame = Frame(
        left=MARGIN, top=_PLOT_TOP, right=WIDTH - _AXIS_WIDTH, bottom=HEIGHT - _TIME_HEIGHT
    )
    course = Course.within(frame, curve.points)
    first, last = curve.points[0].equity_lamports, curve.points[-1].equity_lamports
    _worths(canvas, course, curve)
    _times(canvas, curve, frame)
    canvas.curve(frame, course.line(), course.y(float(first)), is_gain=last >= first)
    _base(canvas, course, frame, float(first))
    _header(canvas, curve)
    return canvas.png()


def _worths(canvas: Canvas, course: Course, curve: EquityCurve) -> None:
    """Draw the round figures: whole steps of percent, or of SOL."""
    first = float(curve.points[0].equity_lamports) or 1.0
    unit = LAMPORTS_PER_SOL if curve.shows_amounts else first / 100
    shift = 0.0 if curve.shows_amounts else 100.0
    scale = PriceScale(
        frame=course.frame, low=course.low / unit - shift, high=course.high / unit - shift
    )
    step = scale.step(_MOST_FIGURES)
    for figure in scale.figures(_MOST_FIGURES):
        y = round(scale.y(figure))
        canvas.pen.line((course.frame.left, y, course.frame.right, y), canvas.colours.grid, 2)
        label = _sol(figure, step) if curve.shows_amounts else _percent(figure, step)
        canvas.text((course.frame.right + 16, y), label, _LABEL, canvas.colours.muted)


def _times(canvas: Canvas, curve: EquityCurve, frame: Frame) -> None:
    scale = _time_scale(curve.points[0].at, curve.points[-1].at, frame)
    y, whole = HEIGHT - _TIME_HEIGHT // 2, curve.points[-1].at - curve.points[0].at
    end = WIDTH - MARGIN - width("UTC", _LABEL) - 24
    canvas.text((WIDTH - MARGIN, y), "UTC", _LABEL, canvas.colours.muted, anchor="rm")
    for slot, label in scale.figures(_MOST_TIMES):
        # A course begins at its first point, not where that point's slot does.
        share = (scale.since + slot * scale.length - curve.points[0].at) / (
            whole or timedelta(seconds=1)
        )
        x = round(frame.left + share * (frame.right - frame.left))
        half = width(label, _LABEL) / 2
        if frame.left <= x - half and x + half <= min(end, frame.right + half):
            canvas.pen.line((x, frame.top, x, frame.bottom), canvas.colours.grid, 2)
            canvas.text((x, y), label, _LABEL, canvas.colours.muted, anchor="mm")


def _time_scale(since: datetime, until: datetime, frame: Frame) -> TimeScale:
    minutes = (until - since) / timedelta(minutes=1)
    fits = (one for one in _SLOT_MINUTES if minutes / one <= _MOST_SLOTS)
    length = timedelta(minutes=next(fits, _SLOT_MINUTES[-1]))
    midnight = since.replace(hour=0, minute=0, second=0, microsecond=0)
    begin = midnight + (since - midnight) // length * length
    return TimeScale(
        frame=frame, since=begin, length=length, slots=int((until - begin) / length) + 1
    )


def _base(canvas: Canvas, course: Course, frame: Frame, first: float) -> None:
    """Draw where it began as a dashed line."""
    y = round(course.y(first))
    for x in range(frame.left, frame.right, 21):
        canvas.pen.line((x, y, min(x + 12, frame.right), y), canvas.colours.muted, 2)


def _header(canvas: Canvas, curve: EquityCurve) -> None:
    colours, end = canvas.colours, canvas.tag(curve.mode, 60)
    span = books_name(curve) if curve.span.length is None else curve.span.value
    canvas.text((MARGIN, 60), f"Equity · {span}", _TITLE, colours.text, longest=end - 2 * MARGIN)
    first, last = curve.points[0].equity_lamports, curve.points[-1].equity_lamports
    growth = last / first - 1 if first else 0.0
    figure = signed_percent(growth)
    canvas.text((MARGIN, 144), figure, _FIGURE, canvas.of_sign(growth))
    at = MARGIN + width(figure, _FIGURE) + 36
    fallen = f"drawdown {signed_percent(-float(curve.drawdown))}"
    if curve.shows_amounts:
        fallen = f"{price_number(last / LAMPORTS_PER_SOL)} SOL · {fallen}"
    canvas.text((at, 146), fallen, _LABEL, colours.muted, longest=WIDTH - MARGIN - at)


def _percent(figure: float, step: float) -> str:
    places = 0 if step >= 1 else 1 if step >= 0.1 else 2  # noqa: PLR2004 (digits shown)
    size = _thousands(abs(figure), places)
    if not size.strip("0."):
        return "0%"
    return f"{MINUS if figure < 0 else '+'}{size}%"


def _sol(figure: float, step: float) -> str:
    places = 0 if step >= 1 else 2 if step >= 0.01 else 4  # noqa: PLR2004 (digits shown)
    return (MINUS if figure < 0 else "") + _thousands(abs(figure), places)


def _thousands(size: float, places: int) -> str:
    """Give a number with its digits, or short where they would not fit the axis."""
    if size >= 10_000:  # noqa: PLR2004 (five digits)
        return price_number(size)
    return f"{size:.{places}f}"
