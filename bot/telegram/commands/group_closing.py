"""`/closeall`: closes what a group's members have open, after a question that is its asker's."""

from bot.domain.errors import Refusal
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.screens import running
from bot.telegram.turn import Turn

CLOSING_QUESTION, _ANSWER_SECONDS = "group_closing", 30


async def close_all(turn: Turn, _arguments: Arguments) -> None:
    """Ask whether to close all paper positions of this group's members."""
    found = await turn.services.rooms.closing.question(turn.user, turn.chat_id)
    data = {"nonce": turn.keys.nonce}
    await turn.services.talk.ask(turn.user, turn.chat_id, CLOSING_QUESTION, data, _ANSWER_SECONDS)
    await turn.show(running.ask_close_all(found, turn.user.first_name, turn.keys))


async def press_group_close(turn: Turn, press: Press) -> None:
    """Close them, as it was asked."""
    question = await turn.services.talk.awaiting(turn.user, turn.chat_id)
    is_this = question is not None and question.kind == CLOSING_QUESTION
    if question is None or not is_this or question.data.get("nonce") != press.nonce:
        raise Refusal("question_over")
    await turn.services.talk.drop(turn.user, turn.chat_id)
    closed = await turn.services.rooms.closing.close(turn.request, turn.chat_id)
    await turn.show(running.closed_all(closed))


async def timed_out(_turn: Turn, _press: Press) -> None:
    """Refuse an expired question."""
    raise Refusal("question_over")
