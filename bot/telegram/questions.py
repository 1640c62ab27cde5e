"""Questions before what cannot be undone: answered by their own keyboard, in time or not at all."""

from collections.abc import Mapping

from bot.domain.errors import Refusal
from bot.ports.books import Dialog
from bot.telegram.callbacks import Press
from bot.telegram.turn import Turn

ANSWER_SECONDS = 60


async def remember(turn: Turn, kind: str, data: Mapping[str, str] | None = None) -> None:
    """Remember what is asked here, under the nonce of the keyboard that is about to be shown."""
    told = {**(data or {}), "nonce": turn.keys.nonce}
    await turn.services.talk.ask(turn.user, turn.chat_id, kind, told, ANSWER_SECONDS)


async def answered(turn: Turn, press: Press, kind: str) -> Dialog:
    """Give the question that a press answers; raises `Refusal("question_over")` for any other."""
    question = await turn.services.talk.awaiting(turn.user, turn.chat_id)
    is_this = question is not None and question.kind == kind
    if question is None or not is_this or question.data.get("nonce") != press.nonce:
        raise Refusal("question_over")
    return question


async def timed_out(_turn: Turn, _press: Press) -> None:
    """Refuse an answer that comes too late."""
    raise Refusal("question_over")
