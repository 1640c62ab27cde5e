"""How a season goes: `/pnl`, its breakdowns, the curve, and cards to share."""

import re

from bot.domain.charts import Theme
from bot.domain.errors import Refusal
from bot.domain.performance import Span
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.screens import performance as screens
from bot.telegram.turn import Turn

_BREAKDOWN = re.compile(r"(day|week|month|all)(token|reason)", re.ASCII)
_PICTURE = re.compile(r"(day|week|month|all)?(dark|light)?(sol)?", re.ASCII)


async def pnl(turn: Turn, arguments: Arguments) -> None:
    """Show the named span, the whole season unless another is named."""
    await _show(turn, arguments.report_span or Span.ALL)


async def press_pnl(turn: Turn, press: Press) -> None:
    """Show or refresh a span in place."""
    await _show(turn, _span(press.argument))


async def press_breakdown(turn: Turn, press: Press) -> None:
    """Show a span by token or by reason, in place."""
    match = _BREAKDOWN.fullmatch(press.argument)
    if match is None:
        raise Refusal("bad_button")
    report = await turn.services.performance.pnl(turn.user, Span(match[1]))
    screen = screens.by_token if match[2] == "token" else screens.by_reason
    await turn.show(screen(report, turn.keys))


async def press_curve(turn: Turn, press: Press) -> None:
    """Show or change the picture of the equity of a span."""
    span, theme, amounts = _picture(press)
    view = await turn.services.performance.curve(turn.user, span, theme=theme, amounts=amounts)
    await turn.show(screens.curve(view, turn.keys))


async def press_card(turn: Turn, press: Press) -> None:
    """Show or change the card of a span."""
    span, theme, amounts = _picture(press)
    view = await turn.services.performance.card(turn.user, span, theme=theme, amounts=amounts)
    await turn.show(screens.card(view, turn.keys))


async def press_receipt_card(turn: Turn, press: Press) -> None:
    """Show or change the card of a fill."""
    _, theme, amounts = _picture(press)
    view = await turn.services.performance.receipt(
        turn.user, press.target, theme=theme, amounts=amounts
    )
    await turn.show(screens.receipt(view, turn.keys))


async def _show(turn: Turn, span: Span) -> None:
    report = await turn.services.performance.pnl(turn.user, span)
    await turn.show(screens.pnl(report, turn.keys))


def _span(text: str) -> Span:
    return Span(text) if text in set(Span) else Span.ALL


def _picture(press: Press) -> tuple[Span, Theme | None, bool]:
    """Read which span, whether dark or light, and whether with the wallet's figures."""
    match = _PICTURE.fullmatch(press.argument)
    if match is None:
        raise Refusal("bad_button")
    theme = Theme(match[2]) if match[2] else None
    return Span(match[1] or Span.ALL.value), theme, match[3] is not None
