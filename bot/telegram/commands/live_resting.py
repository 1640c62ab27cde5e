"""Live orders that wait: shown in numbers, confirmed, and answered where they ask."""

from bot.domain.errors import Refusal
from bot.domain.resting_plans import RestingPlan
from bot.telegram.callbacks import Press
from bot.telegram.commands import orders
from bot.telegram.screens import live_resting as screen
from bot.telegram.screens.orders import placed
from bot.telegram.turn import Turn
from bot.words.speech import say


async def propose(turn: Turn, plan: RestingPlan) -> None:
    """Show a plan in numbers; its keyboard places it, within a minute."""
    await turn.live().resting.propose(
        turn.request,
        plan,
        lambda new: turn.with_screen(screen.proposed(new, turn.request.received_at, turn.keys)),
    )


async def press_confirm(turn: Turn, press: Press) -> None:
    """Let what was proposed wait; a keyboard does so once."""
    await turn.live().resting.confirm(
        turn.request,
        press.target,
        _number(press.argument),
        lambda new: turn.with_screen(
            placed(new, turn.request.received_at, turn.keys), say("Placed")
        ),
    )


async def press_drop(turn: Turn, _press: Press) -> None:
    """Leave what was proposed: it is over by itself."""
    await turn.show(screen.dropped(turn.keys))


async def press_execute(turn: Turn, press: Press) -> None:
    """Carry an order out now, and show in this message how it goes."""
    is_here = turn.pressed is not None and turn.is_private and not turn.pressed.on_picture
    await turn.live().resting.execute(
        turn.request,
        press.target,
        _number(press.argument),
        turn.with_screen(screen.executing(press.target, turn.keys)),
        message_id=turn.message_id if is_here else None,
    )


async def press_keep(turn: Turn, press: Press) -> None:
    """Let an order wait on."""
    await turn.live().resting.keep(
        turn.request,
        press.target,
        _number(press.argument),
        turn.with_screen(screen.keeping(press.target, turn.keys), say("Kept")),
    )


async def stale_question(turn: Turn, press: Press) -> None:
    """Show the order anew in the place of an old question, without doing anything."""
    await orders.press_one(turn, press)


async def stale_proposal(_turn: Turn, _press: Press) -> None:
    """Refuse a word that comes too late."""
    raise Refusal("live_proposal_over")


def _number(argument: str) -> int:
    if not argument.isdigit():
        raise Refusal("bad_button")
    return int(argument)
