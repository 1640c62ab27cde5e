"""Premium for Stars: `/subscribe`, `/paysupport`, `/terms`, and `/refund` for admins."""

from bot.domain.errors import Refusal
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.questions import ANSWER_SECONDS, answered, remember
from bot.telegram.screens import premium as screens
from bot.telegram.turn import Turn

_QUESTION = "refund"


async def subscribe(turn: Turn, _arguments: Arguments) -> None:
    """Show what premium gives, and where it is paid."""
    view = await turn.services.premium.offer(turn.user)
    await turn.show(screens.offer(view, turn.keys))


async def press_subscribe(turn: Turn, _press: Press) -> None:
    """Show the same in place."""
    await subscribe(turn, Arguments())


async def press_stop(turn: Turn, _press: Press) -> None:
    """Stop the renewals."""
    await _set_renewal(turn, is_on=False)


async def press_renew(turn: Turn, _press: Press) -> None:
    """Want the renewals again."""
    await _set_renewal(turn, is_on=True)


async def support(turn: Turn, _arguments: Arguments) -> None:
    """Say what to do about a payment."""
    await turn.show(screens.support(turn.keys))


async def terms(turn: Turn, _arguments: Arguments) -> None:
    """Say what is bought."""
    await turn.show(screens.terms(turn.keys))


async def refund(turn: Turn, arguments: Arguments) -> None:
    """Ask whether to give a payment back: `/refund CHARGE`."""
    if not arguments.words:
        raise Refusal("missing_charge")
    charge = await turn.services.premium.charge(turn.user, arguments.words[0])
    await remember(turn, _QUESTION, {"charge": charge.charge_id})
    await turn.show(screens.ask_refund(charge, turn.user.first_name, turn.keys, ANSWER_SECONDS))


async def press_refund(turn: Turn, press: Press) -> None:
    """Give it back."""
    question = await answered(turn, press, _QUESTION)
    await turn.services.premium.refund(
        turn.request,
        question.data["charge"],
        lambda charge: turn.with_screen(screens.given_back(charge)),
    )
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def press_no(turn: Turn, _press: Press) -> None:
    """Give nothing back."""
    await turn.services.talk.drop(turn.user, turn.chat_id)
    await turn.show(screens.not_given_back())


async def _set_renewal(turn: Turn, *, is_on: bool) -> None:
    await turn.services.premium.set_renewal(
        turn.request,
        is_on=is_on,
        answer=lambda view: turn.with_screen(screens.offer(view, turn.keys)),
    )
