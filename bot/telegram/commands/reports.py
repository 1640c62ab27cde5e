"""The daily report: `/report` and its buttons."""

from bot.domain.errors import Refusal
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.screens import reports as screens
from bot.telegram.turn import Turn
from bot.words.speech import say

_LAST_HOUR, _MOST_DIGITS = 23, 2


async def report(turn: Turn, arguments: Arguments) -> None:
    """Show at which hour the report comes, or change it."""
    if arguments.is_on is False:
        await _stop(turn)
    elif arguments.hour is not None:
        await _choose(turn, arguments.hour, arguments.offset_minutes)
    else:
        known = await turn.services.reports.hour(turn.user)
        await turn.show(screens.setting(known, turn.keys))


async def press_report(turn: Turn, press: Press) -> None:
    """Show or change the hour: the argument is an hour, or `off`, or nothing."""
    if not press.argument:
        await report(turn, Arguments())
    elif press.argument == "off":
        await _stop(turn)
    elif len(press.argument) <= _MOST_DIGITS and press.argument.isdigit():
        await _choose(turn, int(press.argument), None)
    else:
        raise Refusal("bad_button")


async def _choose(turn: Turn, hour: int, offset_minutes: int | None) -> None:
    if hour > _LAST_HOUR:
        raise Refusal("bad_button")
    chosen = await turn.services.reports.choose(turn.user, hour, offset_minutes)
    await turn.show(screens.setting(chosen, turn.keys), say("The report is set"))


async def _stop(turn: Turn) -> None:
    await turn.services.reports.stop(turn.user)
    await turn.show(screens.setting(None, turn.keys), say("No more reports"))
