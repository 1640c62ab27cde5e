"""A word to the admins, and the answer back."""

from bot.domain.errors import Refusal
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.layout import Screen, lines
from bot.telegram.turn import Turn
from bot.words.speech import say

FEEDBACK_QUESTION = "feedback"
_ANSWER_SECONDS = 600


async def feedback(turn: Turn, arguments: Arguments) -> None:
    """Pass words on to the admins: `/feedback TEXT`."""
    if not arguments.words:
        raise Refusal("feedback_missing")
    thanks = Screen(text=lines(say("Thank you: the admins have it. They can answer you here.")))
    await turn.services.people.feedback.send(
        turn.request, " ".join(arguments.words), lambda: turn.with_screen(thanks)
    )


async def press_answer(turn: Turn, press: Press) -> None:
    """Ask an admin for the answer to somebody's words."""
    data = {"number": str(press.target)}
    await turn.services.talk.ask(turn.user, turn.chat_id, FEEDBACK_QUESTION, data, _ANSWER_SECONDS)
    words = say("Write your answer now; I pass it on. /cancel drops it.")
    await turn.ask(Screen(text=lines(words), ask=say("Your answer")))


async def answer_feedback(turn: Turn, data: dict[str, str]) -> None:
    """Pass an admin's answer on."""
    done = Screen(text=lines(say("Your answer is on its way.")))
    await turn.services.people.feedback.answer(
        turn.request, int(data["number"]), turn.text.strip(), lambda: turn.with_screen(done)
    )
    await turn.services.talk.drop(turn.user, turn.chat_id)
