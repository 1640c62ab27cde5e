"""Who did what: `/audit` for admins, page by page."""

import re

from bot.domain.errors import Refusal
from bot.services.audit import letters_of
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.screens import audit as screens
from bot.telegram.turn import Turn

_PERSON = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)
_ACTION = re.compile(r"[a-z._]{1,40}", re.ASCII)
# The filter as a button carries it: a person's number, and letters of the action's name.
_CODE = re.compile(r"([0-9]{0,16})([a-z]{0,18})", re.ASCII)
_LONGEST_CODE = 18


async def audit(turn: Turn, arguments: Arguments) -> None:
    """Show the newest rows: `/audit [USER] [ACTION]`."""
    person, word = None, ""
    for one in arguments.words:
        if _PERSON.fullmatch(one):
            person = int(one)
        elif _ACTION.fullmatch(one.casefold()):
            word = letters_of(one.casefold())
        else:
            # Names change hands; numbers do not.
            raise Refusal("unknown_user" if one.startswith("@") else "unknown_action", text=one)
    await _show(turn, person, word, None)


async def press_audit(turn: Turn, press: Press) -> None:
    """Show the rows that come after those shown, or the newest."""
    match = _CODE.fullmatch(press.argument)
    if match is None:
        raise Refusal("bad_button")
    person = int(match[1]) if match[1] else None
    await _show(turn, person, match[2], press.target or None)


async def press_wishes(turn: Turn, _press: Press) -> None:
    """Show the wishes to be deleted that stand."""
    wishes = await turn.services.records.my_data.open_requests(turn.user)
    await turn.show(screens.requests(wishes, turn.keys))


async def _show(turn: Turn, person: int | None, word: str, before: int | None) -> None:
    view = await turn.services.records.audit.page(turn.user, person, word, before)
    wishes = await turn.services.records.my_data.open_requests(turn.user)
    await turn.show(screens.page(view, turn.keys, _code(person, word), len(wishes)))


def _code(person: int | None, word: str) -> str:
    # Where both do not fit, fewer letters show more rows, never fewer.
    return f"{person or ''}{word}"[:_LONGEST_CODE]
