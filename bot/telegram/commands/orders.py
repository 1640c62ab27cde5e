"""Orders that wait: `/orders`, `/order`, `/cancelorder`, their buttons, and new levels for them."""

from bot.domain.errors import Refusal
from bot.domain.resting import RestingKind
from bot.domain.resting_plans import NewTerms
from bot.services.resting_views import RestingView
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.order_figures import read_drop
from bot.telegram.order_words import read_new_level
from bot.telegram.screens import orders as screen
from bot.telegram.turn import Turn
from bot.words.speech import say

CHANGE_QUESTION = "order_change"


async def orders(turn: Turn, _arguments: Arguments) -> None:
    """List the orders that wait."""
    await _show_list(turn, 0)


async def order(turn: Turn, arguments: Arguments) -> None:
    """Show one order, or the list to choose from."""
    if arguments.number is None:
        await _show_list(turn, 0)
        return
    await _show_one(turn, arguments.number)


async def cancel_order(turn: Turn, arguments: Arguments) -> None:
    """Cancel the named order, ask before cancelling all, or list them."""
    if arguments.is_all:
        await _ask_all(turn)
    elif arguments.number is None:
        await _show_list(turn, 0)
    else:
        await _cancel(turn, arguments.number)


async def answer_change(turn: Turn, data: dict[str, str]) -> None:
    """Take the new level of an order, or its new distance."""
    digits = data.get("number", "")
    if not digits.isdigit():
        raise Refusal("not_understood")
    view = await _waiting(turn, int(digits))
    await turn.services.resting.change(
        turn.request,
        int(digits),
        _terms(turn, view),
        lambda kept: turn.with_screen(screen.one(kept, turn.request.received_at, turn.keys)),
        turn.mode,
    )
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def press_list(turn: Turn, press: Press) -> None:
    """Show or refresh a page of the list in place."""
    await _show_list(turn, press.target)


async def press_one(turn: Turn, press: Press) -> None:
    """Show or refresh one order in place."""
    await _show_one(turn, press.target)


async def press_change(turn: Turn, press: Press) -> None:
    """Ask for an order's new level to be typed."""
    view = await _waiting(turn, press.target)
    data = {"number": str(press.target)}
    await turn.services.talk.ask(turn.user, turn.chat_id, CHANGE_QUESTION, data)
    await turn.ask(screen.ask_change(view, turn.mode))


async def press_cancel(turn: Turn, press: Press) -> None:
    """Cancel one order; a keyboard cancels once."""
    await _cancel(turn, press.target)


async def press_ask_all(turn: Turn, _press: Press) -> None:
    """Ask whether to cancel everything."""
    await _ask_all(turn)


async def press_cancel_all(turn: Turn, _press: Press) -> None:
    """Cancel everything that waits."""
    await _cancel(turn, None)


async def stale_list(turn: Turn, _press: Press) -> None:
    """Put a fresh list in the place of an expired button, without doing anything."""
    await _show_list(turn, 0, say("That button is old, nothing was cancelled. Press again."))


async def _cancel(turn: Turn, number: int | None) -> None:
    await turn.services.resting.cancel(
        turn.request,
        number,
        lambda gone: turn.with_screen(
            screen.cancelled(gone, turn.keys), say("Cancelled") if turn.pressed else ""
        ),
        turn.mode,
    )


async def _ask_all(turn: Turn) -> None:
    found = await turn.services.resting.working(turn.user, turn.mode)
    if not found:
        raise Refusal("nothing_waits")
    await turn.show(screen.confirm_all(found, turn.keys))


async def _show_list(turn: Turn, page: int, toast: str = "") -> None:
    found = await turn.services.resting.working(turn.user, turn.mode)
    await turn.show(screen.listed(found, page, turn.request.received_at, turn.keys), toast)


async def _show_one(turn: Turn, number: int) -> None:
    found = await turn.services.resting.order(turn.user, number, turn.mode)
    if isinstance(found, RestingView):
        await turn.show(screen.one(found, turn.request.received_at, turn.keys))
    else:
        await turn.show(screen.filled(found, turn.keys))


async def _waiting(turn: Turn, number: int) -> RestingView:
    for view in await turn.services.resting.working(turn.user, turn.mode):
        if view.order.placed.number == number:
            return view
    raise Refusal("unknown_order", number=number)


def _terms(turn: Turn, view: RestingView) -> NewTerms:
    if view.order.placed.kind is RestingKind.TRAILING:
        return NewTerms(trail_percent=read_drop(turn.text.strip()))
    return NewTerms(level=read_new_level(turn.text.split(), view.order.placed))
