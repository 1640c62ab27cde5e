"""A group's leaderboard: `/leaderboard`, joining and leaving it."""

from bot.domain.errors import Refusal
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.screens import leaderboards as screens
from bot.telegram.turn import Turn
from bot.words.speech import say

_WISHES = {"join": True, "leave": False}


async def leaderboard(turn: Turn, arguments: Arguments) -> None:
    """Show the group's board, after the asking person joined or left it if they say so."""
    await _show(turn, joins=arguments.joins)


async def press_leaderboard(turn: Turn, press: Press) -> None:
    """Show the board anew, or join or leave it: by the button's owner alone."""
    if press.argument and press.argument not in _WISHES:
        raise Refusal("bad_button")
    await _show(turn, joins=_WISHES.get(press.argument))


async def _show(turn: Turn, *, joins: bool | None) -> None:
    if turn.is_private:
        raise Refusal("group_only")
    boards, toast = turn.services.leaderboards, ""
    if joins is True:
        await boards.join(turn.user, turn.chat_id)
        toast = say("You are on the board")
    elif joins is False:
        was_in = await boards.leave(turn.user, turn.chat_id)
        toast = say("You are off the board") if was_in else say("You were not on the board")
    board = await boards.board(turn.user, turn.chat_id)
    await turn.show(screens.board(board, turn.keys, said=toast), toast)
