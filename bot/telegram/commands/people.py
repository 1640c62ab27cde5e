"""What one admin does to a person: asked back with the number first, done at the press of yes."""

import re
from collections.abc import Mapping

from bot.domain.errors import Refusal
from bot.domain.people import Change, Person
from bot.services.people import LONGEST_REASON, MOST_DAYS
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Keys, Press
from bot.telegram.layout import Screen, to_send
from bot.telegram.screens import people as screens
from bot.telegram.turn import Turn

CHANGE_QUESTION = "person"
_PERSON = re.compile(r"@[A-Za-z0-9_]{1,64}|[1-9][0-9]{0,15}", re.ASCII)
_DAYS = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


async def premium(turn: Turn, arguments: Arguments) -> None:
    """Ask whether to give premium: `/premium USER [days]`."""
    words = list(arguments.words)
    person = await named_person(turn, words)
    days = _days(words.pop(0)) if words else None
    await _ask(turn, Change.PREMIUM, person, days=days, words=words)


async def ban(turn: Turn, arguments: Arguments) -> None:
    """Ask whether to ban: `/ban USER [reason]`."""
    await _ask_about(turn, Change.BAN, arguments)


async def unban(turn: Turn, arguments: Arguments) -> None:
    """Ask whether to let a banned or waiting person in: `/unban USER`."""
    await _ask_about(turn, Change.UNBAN, arguments)


async def ask_freeze(turn: Turn, words: tuple[str, ...]) -> None:
    """Ask whether to freeze somebody: `/freeze USER [reason]`, beside the freeze of one's own."""
    await _ask_about(turn, Change.FREEZE, Arguments(words=words))


async def unfreeze(turn: Turn, arguments: Arguments) -> None:
    """Ask whether to lift a freeze: `/unfreeze USER`."""
    await _ask_about(turn, Change.UNFREEZE, arguments)


async def press_yes(turn: Turn, press: Press) -> None:
    """Do what was asked."""
    asked = await answered(turn, press, CHANGE_QUESTION)
    change, days = Change(asked["change"]), asked.get("days", "")
    await turn.services.people.people.change(
        turn.request,
        change,
        int(asked["person"]),
        days=int(days) if days else None,
        reason=asked.get("reason", ""),
        answer=lambda person: turn.with_screen(screens.changed(person, change)),
    )
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def press_no(turn: Turn, _press: Press) -> None:
    """Do nothing."""
    await turn.services.talk.drop(turn.user, turn.chat_id)
    await turn.show(screens.nothing_done())


async def named_person(turn: Turn, words: list[str]) -> Person:
    """Take the person from the words, or from the message that is answered.

    Raises `Refusal` (`missing_person`, `unknown_person`, `ambiguous_person`).
    """
    roster = turn.services.people.roster
    if words and (turn.replied_to is None or _PERSON.fullmatch(words[0])):
        return await roster.find(turn.user, words.pop(0))
    if turn.replied_to is not None:
        return await roster.find(turn.user, str(turn.replied_to))
    raise Refusal("missing_person")


async def question(turn: Turn, kind: str, data: Mapping[str, str], keys: Keys) -> None:
    """Remember a question that waits in the private chat for the buttons of these keys."""
    told = {**data, "nonce": keys.nonce}
    await turn.services.talk.ask(turn.user, turn.user.user_id, kind, told, screens.ANSWER_SECONDS)


async def answered(turn: Turn, press: Press, kind: str) -> Mapping[str, str]:
    """Give what a question was about; raises `Refusal` (`person_question_over`)."""
    found = await turn.services.talk.awaiting(turn.user, turn.chat_id)
    if found is None or found.kind != kind or found.data.get("nonce") != press.nonce:
        raise Refusal("person_question_over")
    return found.data


def private_keys(turn: Turn) -> Keys:
    """Give the keys of what is answered in the private chat, wherever it was asked."""
    return turn.keys if turn.is_private else turn.news_keys()


async def show_privately(turn: Turn, screen: Screen) -> None:
    """Answer in the private chat; in a group say only that."""
    if turn.is_private:
        await turn.show(screen)
        return
    beside = turn.with_screen(screens.answered_privately())
    await turn.finish((*beside, to_send(screen, turn.user.user_id)))


async def _ask_about(turn: Turn, change: Change, arguments: Arguments) -> None:
    words = list(arguments.words)
    person = await named_person(turn, words)
    await _ask(turn, change, person, days=None, words=words)


async def _ask(
    turn: Turn, change: Change, person: Person, *, days: int | None, words: list[str]
) -> None:
    reason = " ".join(words)[:LONGEST_REASON]
    keys = private_keys(turn)
    asked = {"change": change.value, "person": str(person.user_id), "reason": reason}
    await question(turn, CHANGE_QUESTION, asked | {"days": str(days or "")}, keys)
    await show_privately(
        turn, screens.ask_change(person, change, days=days, reason=reason, keys=keys)
    )


def _days(word: str) -> int:
    if not _DAYS.fullmatch(word) or int(word) > MOST_DAYS:
        raise Refusal("bad_days", text=word[:32])
    return int(word)
