"""Tables to take along: `/export` and its buttons."""

import re

from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.ports.exports import Export
from bot.services.exports import ExportSpan
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.layout import to_toast
from bot.telegram.screens import exports as screens
from bot.telegram.turn import Turn
from bot.words.speech import say

_BUTTON = re.compile(r"(orders|fills|transfers)(all|month|year)", re.ASCII)


async def export(turn: Turn, arguments: Arguments) -> None:
    """Send the named table, or ask which."""
    if arguments.export is None:
        await turn.show(screens.choose(turn.keys))
        return
    await _send(turn, arguments.export, arguments.export_span or ExportSpan.ALL)


async def press_export(turn: Turn, press: Press) -> None:
    """Send the table of a button, or ask which."""
    if not press.argument:
        await turn.show(screens.choose(turn.keys))
        return
    match = _BUTTON.fullmatch(press.argument)
    if match is None:
        raise Refusal("bad_button")
    await _send(turn, Export(match[1]), ExportSpan(match[2]))


async def _send(turn: Turn, what: Export, span: ExportSpan) -> None:
    view = await turn.services.exports.export(turn.user, what, span)
    files = screens.files(view, turn.chat_id)
    toast: tuple[Notice, ...] = ()
    if turn.pressed is not None:
        toast = (to_toast(turn.chat_id, turn.pressed.callback_id, say("Writing it down")),)
    await turn.finish((*toast, *files))
