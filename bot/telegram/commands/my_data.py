"""A person's own data: `/mydata` with export and deletion, and `/privacy`."""

from bot.domain.notices import Notice
from bot.services.my_data import FILE_NAME
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.documents import to_document
from bot.telegram.layout import to_toast
from bot.telegram.questions import ANSWER_SECONDS, answered, remember
from bot.telegram.rich_text import Text
from bot.telegram.screens import my_data as screens
from bot.telegram.turn import Turn
from bot.words.speech import say

_QUESTION = "deletion"


async def my_data(turn: Turn, _arguments: Arguments) -> None:
    """Show what is kept, and who looked."""
    view = await turn.services.records.my_data.show(turn.user)
    await turn.show(screens.show(view, turn.keys))


async def press_my_data(turn: Turn, _press: Press) -> None:
    """Show the same in place."""
    await my_data(turn, Arguments())


async def press_export(turn: Turn, _press: Press) -> None:
    """Send all of it as a file."""
    recipe = await turn.services.records.my_data.export(turn.user)
    document = to_document(FILE_NAME, recipe, Text(screens.caption()), turn.chat_id)
    toast: tuple[Notice, ...] = ()
    if turn.pressed is not None:
        toast = (to_toast(turn.chat_id, turn.pressed.callback_id, say("Writing it down")),)
    await turn.finish((*toast, document))


async def press_ask_deletion(turn: Turn, _press: Press) -> None:
    """Ask whether to delete, saying what that means."""
    await remember(turn, _QUESTION)
    await turn.show(screens.ask_deletion(turn.keys, ANSWER_SECONDS))


async def press_delete(turn: Turn, press: Press) -> None:
    """Write the wish down."""
    await answered(turn, press, _QUESTION)
    await turn.services.records.my_data.ask_deletion(
        turn.request,
        lambda wish: turn.with_screen(screens.deletion_asked(wish, turn.keys)),
    )
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def press_stay(turn: Turn, _press: Press) -> None:
    """Take the wish back."""
    shown = turn.with_screen(screens.deletion_cancelled(turn.keys))
    await turn.services.records.my_data.cancel_deletion(turn.request, shown)


async def privacy(turn: Turn, _arguments: Arguments) -> None:
    """Say what is stored and why."""
    await turn.show(screens.privacy(turn.keys))


async def press_privacy(turn: Turn, _press: Press) -> None:
    """Say the same in place."""
    await privacy(turn, Arguments())
