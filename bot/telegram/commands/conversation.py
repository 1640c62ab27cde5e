"""Messages that are no command: a pasted address, the answer to a question, anything else."""

import re
from collections.abc import Awaitable, Callable, Mapping

from bot.domain.errors import Refusal
from bot.domain.identifiers import is_address, is_other_chain
from bot.domain.instruments import clean_text
from bot.telegram.arguments import LONGEST_TEXT, Arguments
from bot.telegram.commands.alerts import (
    CHANGE_QUESTION,
    WORDS_QUESTION,
    answer_change,
    answer_words,
)
from bot.telegram.commands.entries import ENTRY_QUESTION, answer_entry
from bot.telegram.commands.exits import EXIT_QUESTION, answer_exit
from bot.telegram.commands.feedback import FEEDBACK_QUESTION, answer_feedback
from bot.telegram.commands.live_addresses import ADDRESS_QUESTION, answer_address
from bot.telegram.commands.live_withdrawals import AMOUNT_QUESTION as WITHDRAWAL_QUESTION
from bot.telegram.commands.live_withdrawals import answer_amount as answer_withdrawal
from bot.telegram.commands.market import show_card
from bot.telegram.commands.orders import CHANGE_QUESTION as ORDER_QUESTION
from bot.telegram.commands.orders import answer_change as answer_order
from bot.telegram.commands.pasted import hear_group
from bot.telegram.commands.presets import PRESET_QUESTION, answer_preset
from bot.telegram.commands.security import FACTOR_QUESTION, refuse_factor
from bot.telegram.commands.trading import AMOUNT_QUESTION, answer_amount
from bot.telegram.mode_wall import require_same_mode
from bot.telegram.rich_text import Text
from bot.telegram.turn import Turn
from bot.words.speech import say

_SYMBOL_LIKE = re.compile(r"\$?\w{2,16}")
_NUMBER_LIKE = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,9})?", re.ASCII)
_ADDRESS_LIKE = re.compile(r"[0-9A-Za-z]{28,52}", re.ASCII)

_ANSWERS: Mapping[str, Callable[[Turn, dict[str, str]], Awaitable[None]]] = {
    AMOUNT_QUESTION: answer_amount,
    WORDS_QUESTION: answer_words,
    CHANGE_QUESTION: answer_change,
    ENTRY_QUESTION: answer_entry,
    EXIT_QUESTION: answer_exit,
    PRESET_QUESTION: answer_preset,
    FEEDBACK_QUESTION: answer_feedback,
    ORDER_QUESTION: answer_order,
    ADDRESS_QUESTION: answer_address,
    WITHDRAWAL_QUESTION: answer_withdrawal,
}


async def cancel(turn: Turn, _arguments: Arguments) -> None:
    """Drop the open question."""
    had_one = await turn.services.talk.drop(turn.user, turn.chat_id)
    words = say("Cancelled. Nothing was done.") if had_one else say("There was nothing to cancel.")
    await turn.say(Text(words))


async def plain_text(turn: Turn) -> None:
    """Answer a message without a command; in groups only a plain address is meant for us."""
    text = turn.text.strip()[:LONGEST_TEXT]
    if not turn.is_private:
        await hear_group(turn, text)
        return
    question = await turn.services.talk.awaiting(turn.user, turn.chat_id)
    if is_address(text) and (question is None or question.kind != ADDRESS_QUESTION):
        await show_card(turn, text)
        return
    if question is not None and question.kind == FACTOR_QUESTION and await refuse_factor(turn):
        return
    if question is not None and question.kind in _ANSWERS:
        require_same_mode(turn, question)
        await _ANSWERS[question.kind](turn, dict(question.data))
        return
    await _read_as_token(turn, text)


async def _read_as_token(turn: Turn, text: str) -> None:
    hidden = clean_text(text, LONGEST_TEXT).replace(" ", "")
    if hidden != text and is_address(hidden):
        raise Refusal("hidden_characters", address=hidden)
    if is_other_chain(text):
        raise Refusal("other_chain")
    if _ADDRESS_LIKE.fullmatch(text):
        raise Refusal("not_an_address", text=text)
    if _NUMBER_LIKE.fullmatch(text):
        raise Refusal("no_question", text=text)
    if not _SYMBOL_LIKE.fullmatch(text):
        raise Refusal("not_understood")
    await show_card(turn, text)
