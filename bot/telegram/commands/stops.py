"""Emergency stops: `/panic` for oneself, `/halt` for all or one (admins), and `/resume`."""

import re

from bot.domain.errors import Refusal
from bot.ports.books import Dialog
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.commands.market import token_id_of
from bot.telegram.screens import stops
from bot.telegram.turn import Turn

PANIC_QUESTION, HALT_QUESTION = "panic", "halt"
_ALL, _CLOSE = "all", "close"
_PERSON = re.compile(r"@?([1-9][0-9]{0,17})")


async def panic(turn: Turn, _arguments: Arguments) -> None:
    """Ask whether to stop one's own trading."""
    line = await turn.services.guards.stops.question(turn.user)
    await _remember(turn, PANIC_QUESTION, {})
    await turn.show(stops.ask_panic(line, turn.keys))


async def halt(turn: Turn, arguments: Arguments) -> None:
    """Ask whether to stop trading: `/halt [TOKEN|all|USER_ID] [close] [reason]`."""
    words = list(arguments.words)
    scope = words.pop(0) if words else _ALL
    closes = bool(words) and words[0].casefold() == _CLOSE
    reason = " ".join(words[1:] if closes else words)
    person = _person(scope)
    token_id = None if person else await _token_id(turn, scope)
    line = await turn.services.guards.stops.question(
        turn.user, token_id, is_own=False, person=person
    )
    told = {"token_id": str(token_id or ""), "person": str(person)}
    told |= {"closes": str(int(closes)), "reason": reason}
    await _remember(turn, HALT_QUESTION, told)
    screen = stops.ask_halt(
        line, closes=closes, reason=reason, asker=turn.user.first_name, keys=turn.keys
    )
    await turn.show(screen)


async def resume(turn: Turn, arguments: Arguments) -> None:
    """Lift one's own stop, or (admins) one of everybody's: `/resume [TOKEN|all|USER_ID]`."""
    words = list(arguments.words)
    if not words:
        await turn.services.guards.stops.lift_own(
            turn.request, lambda line: turn.with_screen(stops.resumed(line, turn.keys))
        )
        return
    person = _person(words[0])
    await turn.services.guards.stops.lift(
        turn.request,
        None if person else await _token_id(turn, words[0]),
        " ".join(words[1:]),
        lambda line: turn.with_screen(stops.resumed(line, turn.keys)),
        person=person,
    )


async def press_panic(turn: Turn, _press: Press) -> None:
    """Ask, in place of another screen, whether to stop one's own trading."""
    await panic(turn, Arguments())


async def press_pause(turn: Turn, press: Press) -> None:
    """Pause one's own entries."""
    await _pull_own(turn, press, closes=False)


async def press_close_all(turn: Turn, press: Press) -> None:
    """Pause one's own entries and close all."""
    await _pull_own(turn, press, closes=True)


async def press_halt(turn: Turn, press: Press) -> None:
    """Stop everybody's trading, as it was asked."""
    asked = await _answered(turn, press, HALT_QUESTION)
    token_id = asked.data.get("token_id", "")
    await turn.services.guards.stops.pull(
        turn.request,
        int(token_id) if token_id else None,
        closes=asked.data.get("closes") == "1",
        reason=asked.data.get("reason", ""),
        place=(turn.chat_id, turn.message_id),
        answer=lambda line: turn.with_screen(stops.pulled(line, turn.keys)),
        person=int(asked.data.get("person", "0")),
    )
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def press_resume(turn: Turn, _press: Press) -> None:
    """Lift one's own stop."""
    await resume(turn, Arguments())


async def press_no(turn: Turn, _press: Press) -> None:
    """Stop nothing."""
    await turn.services.talk.drop(turn.user, turn.chat_id)
    await turn.show(stops.nothing_stopped(turn.keys))


async def timed_out(_turn: Turn, _press: Press) -> None:
    """Refuse an expired question."""
    raise Refusal("question_over")


async def _pull_own(turn: Turn, press: Press, *, closes: bool) -> None:
    await _answered(turn, press, PANIC_QUESTION)
    await turn.services.guards.stops.pull_own(
        turn.request,
        closes=closes,
        place=(turn.chat_id, turn.message_id),
        answer=lambda line: turn.with_screen(stops.pulled(line, turn.keys)),
    )
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def _remember(turn: Turn, kind: str, data: dict[str, str]) -> None:
    told = {**data, "nonce": turn.keys.nonce}
    await turn.services.talk.ask(turn.user, turn.chat_id, kind, told, stops.ANSWER_SECONDS)


async def _answered(turn: Turn, press: Press, kind: str) -> Dialog:
    question = await turn.services.talk.awaiting(turn.user, turn.chat_id)
    is_this = question is not None and question.kind == kind
    if question is None or not is_this or question.data.get("nonce") != press.nonce:
        raise Refusal("question_over")
    return question


async def _token_id(turn: Turn, word: str) -> int | None:
    return None if word.casefold() == _ALL else await token_id_of(turn, word)


def _person(word: str) -> int:
    """Give the number of the user that a word names, 0 where it names none."""
    found = _PERSON.fullmatch(word)
    if found is None and word.startswith("@"):
        # Names change hands; numbers do not.
        raise Refusal("unknown_user", text=word)
    return int(found[1]) if found else 0
