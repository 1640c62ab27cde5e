"""The wall between paper and live: what was begun in one mode does nothing in the other."""

from bot.domain.errors import Refusal
from bot.domain.users import Mode
from bot.ports.books import Dialog
from bot.telegram.callbacks import Press
from bot.telegram.door import Chat
from bot.telegram.layout import to_send
from bot.telegram.screens import modes
from bot.telegram.screens.phrases import refusal_words
from bot.telegram.turn import Action, Turn


async def refuse_other_mode(turn: Turn, press: Press) -> None:
    """Answer the press of a button that was cut in the other mode: words, and nothing done.

    In the private chat a fresh screen says which mode is on; the pressed message stays as it was,
    since its figures are of the mode that it names.
    """
    notices = turn.said(refusal_words(_other(press.mode, turn.mode), ""))
    if turn.is_private:
        now = modes.standing(turn.keys, may_go_live=turn.services.modes.is_live_on)
        notices = (*notices, to_send(now, turn.chat_id))
    await turn.finish(notices)


def require_private_for_live(press: Press, action: Action, chat: Chat) -> None:
    """Pass in silence, or raise `Refusal` (`private_only`) of real money in a group.

    A whisper there is live for the one who reads it, and to be read is all that it is for.
    """
    if action.is_money and press.mode is Mode.LIVE and not chat.is_private:
        raise Refusal("private_only")


def require_same_mode(turn: Turn, question: Dialog) -> None:
    """Pass in silence where a question was asked in the mode of its answer.

    Raises `Refusal` (`other_mode`). What was asked before there was live is of paper.
    """
    asked = Mode(question.data.get("mode", Mode.PAPER.value))
    if asked is not turn.mode:
        raise _other(asked, turn.mode)


def _other(cut: Mode, now: Mode) -> Refusal:
    names = {"cut": cut.value.upper(), "now": now.value.upper(), "back": cut.value}
    return Refusal("other_mode", **names)
