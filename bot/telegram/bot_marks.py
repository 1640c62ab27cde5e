"""Marks what one of several bots numbered, on its way in, and takes the marks off on the way out.

Updates, messages and presses are numbered by Telegram for each bot by itself, so the same number
means another thing to another bot: an edit by the wrong one would change a stranger's message. The
main bot's carry no mark.
"""

import re
from collections.abc import Mapping

from bot.domain.bot_numbers import MAIN_BOT, bot_of, numbered, plain
from bot.domain.values import value

_NUMBERS = frozenset({"update_id", "message_id", "ephemeral_message_id"})
_ASKED = ("callback_query", "pre_checkout_query")
_ANSWERED = frozenset({"callback_query_id", "pre_checkout_query_id"})
_MARK = re.compile(r"bot(\d{1,3})\.(.*)", re.ASCII | re.DOTALL)

Raw = Mapping[str, object]


@value
class Unmarked:
    """A payload as Telegram takes it, and which bots its marks name: of a question, of messages."""

    payload: Raw
    asked: int | None
    messages: frozenset[int]


def marked(bot: int, raw: Raw) -> Raw:
    """Give an update of a bot as it is to be kept."""
    if bot == MAIN_BOT:
        return raw
    found = {name: _marked(bot, name, each) for name, each in raw.items()}
    for kind in _ASKED:
        question = found.get(kind)
        if isinstance(question, dict) and isinstance(question.get("id"), str):
            found[kind] = {**question, "id": f"bot{bot}.{question['id']}"}
    return found


def _marked(bot: int, name: str, each: object) -> object:
    if isinstance(each, dict):
        return {inner: _marked(bot, inner, one) for inner, one in each.items()}
    if isinstance(each, list):
        return [_marked(bot, name, one) for one in each]
    return numbered(bot, each) if name in _NUMBERS and type(each) is int else each


def marked_result(bot: int, result: object) -> object:
    """Give Telegram's answer to a bot with the message in it as it is to be kept."""
    return result if bot == MAIN_BOT else _marked(bot, "", result)


def unmarked(payload: Raw) -> Unmarked:
    """Take the marks off what is to be sent."""
    asked: list[int] = []
    messages: set[int] = set()

    def plainly(name: str, each: object) -> object:
        if isinstance(each, Mapping):
            return {inner: plainly(inner, one) for inner, one in each.items()}
        if name in _NUMBERS and type(each) is int:
            messages.add(bot_of(each))
            return plain(each)
        if name in _ANSWERED and isinstance(each, str):
            mark = _MARK.fullmatch(each)
            asked.append(int(mark[1]) if mark else MAIN_BOT)
            return mark[2] if mark else each
        return each

    spoken = {name: plainly(name, each) for name, each in payload.items()}
    return Unmarked(payload=spoken, asked=asked[0] if asked else None, messages=frozenset(messages))
