"""What protects a position, as its card and the list of positions show it."""

from collections.abc import Iterable, Sequence

from bot.domain.resting import RestingAction, RestingKind
from bot.services.resting_views import RestingView
from bot.services.views import MarkedPosition
from bot.telegram.screens.order_phrases import armed
from bot.words.speech import say

_MOST_SHOWN = 6
_STOPS = frozenset({RestingKind.STOP, RestingKind.TRAILING})


def armed_line(one: MarkedPosition, waiting: Sequence[RestingView]) -> str:
    """Say which exits of a position are armed; nothing where there are none."""
    words = [armed(view.order.placed, one.token, one.position) for view in _of(one, waiting)]
    if not words:
        return ""
    hidden = len(words) - _MOST_SHOWN
    shown = ", ".join(words[:_MOST_SHOWN])
    if hidden > 0:
        return say("⏳ Armed: {exits}, and {count} more", exits=shown, count=hidden)
    return say("⏳ Armed: {exits}", exits=shown)


def stop_words(one: MarkedPosition, waiting: Sequence[RestingView]) -> str:
    """Say the first stop of a position after a dot; nothing where it has none."""
    for view in _of(one, waiting):
        placed = view.order.placed
        if placed.kind in _STOPS and placed.action is RestingAction.CLOSE:
            return f" · {armed(placed, one.token, one.position)}"
    return ""


def _of(one: MarkedPosition, waiting: Sequence[RestingView]) -> Iterable[RestingView]:
    number = one.position.number
    return (view for view in waiting if view.order.placed.position_number == number)
