"""The mode that a person trades in: `/mode`, and the question before real money."""

from dataclasses import replace

from bot.domain.errors import Refusal
from bot.domain.users import Mode
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.questions import answered, remember
from bot.telegram.screens import modes as screens
from bot.telegram.turn import Turn
from bot.words.speech import say

LIVE_QUESTION = "mode_live"
_NAMED = {mode.value: mode for mode in Mode}


async def mode(turn: Turn, arguments: Arguments) -> None:
    """Say in which mode the person is, or change over to the one that was named."""
    await _to(turn, arguments.mode)


async def press_mode(turn: Turn, press: Press) -> None:
    """Do the same by a button."""
    if press.argument and press.argument not in _NAMED:
        raise Refusal("bad_button")
    await _to(turn, _NAMED.get(press.argument))


async def press_live(turn: Turn, press: Press) -> None:
    """Trade live from now on, if its question is still open."""
    await answered(turn, press, LIVE_QUESTION)
    await _choose(turn, Mode.LIVE)
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def _to(turn: Turn, wanted: Mode | None) -> None:
    if wanted is None or wanted is turn.mode:
        await _show(turn)
    elif wanted is Mode.PAPER:
        await _choose(turn, wanted)
    else:
        await _ask(turn)


async def _show(turn: Turn) -> None:
    modes = turn.services.modes
    await turn.show(screens.standing(turn.keys, may_go_live=modes.is_live_on))


async def _ask(turn: Turn) -> None:
    try:
        await turn.services.modes.require_live(turn.user)
    except Refusal as refusal:
        if refusal.code != "live_wallet_missing":
            raise
        await turn.show(screens.no_wallet(turn.keys))
        return
    await remember(turn, LIVE_QUESTION)
    await turn.show(screens.ask_live(turn.keys))


async def _choose(turn: Turn, wanted: Mode) -> None:
    """Change over; the answer is the first screen of the mode that begins."""
    keys = replace(turn.keys, mode=wanted)
    screen = screens.standing(keys, may_go_live=turn.services.modes.is_live_on)
    toast = say("LIVE: real money from now on") if wanted is Mode.LIVE else say("Paper again")
    await turn.services.modes.choose(turn.request, wanted, turn.with_screen(screen, toast))
