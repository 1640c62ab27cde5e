"""The language that a person is spoken to in: `/language`, as a word or by a button."""

from bot.domain.errors import Refusal
from bot.domain.languages import Language
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.menus import menu_notice
from bot.telegram.screens import languages as screen
from bot.telegram.turn import Turn
from bot.words.speech import speaking

_SPOKEN = {language.value: language for language in Language}


async def language(turn: Turn, arguments: Arguments) -> None:
    """Show the languages, or take the one that was named."""
    if arguments.language is None:
        await turn.show(screen.choice(turn.keys))
        return
    await _choose(turn, arguments.language)


async def press_language(turn: Turn, press: Press) -> None:
    """Take the language that the button names, or show them all."""
    if not press.argument:
        await turn.show(screen.choice(turn.keys))
        return
    if press.argument not in _SPOKEN:
        raise Refusal("bad_button")
    await _choose(turn, _SPOKEN[press.argument])


async def _choose(turn: Turn, wanted: Language) -> None:
    await turn.services.languages.choose(turn.user, wanted)
    table = [row for name, row in turn.commands.items() if name == row.name]
    menu = menu_notice(turn.user.user_id, turn.user.role, wanted, table)
    with speaking(wanted):
        await turn.finish((*turn.with_screen(screen.chosen(turn.keys)), menu))
