"""How a group is set up: `/setup`, its buttons, and the group's calls."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.domain.errors import Refusal
from bot.domain.groups import SWITCHABLE, Audience, GroupSettings
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.layout import Screen
from bot.telegram.screens import groups as screens
from bot.telegram.turn import Turn

_AUDIENCES = tuple(Audience)
_COMMANDS = "cmd"

Change = Callable[[GroupSettings], GroupSettings]


async def set_up(turn: Turn, _arguments: Arguments) -> None:
    """Show how this group is set up, to those who may change it."""
    await turn.services.rooms.groups.require_manager(turn.user, turn.chat_id)
    here = turn.services.rooms.groups.of(turn.chat_id)
    await turn.show(screens.setup(here, turn.keys))


async def press_set_up(turn: Turn, press: Press) -> None:
    """Show the settings, or their page of commands, or change one of them."""
    groups = turn.services.rooms.groups
    if press.argument in {"", _COMMANDS}:
        await groups.require_manager(turn.user, turn.chat_id)
        await turn.show(_page(turn, groups.of(turn.chat_id), press.argument))
        return
    change = _change(press.argument, turn.thread_id)
    page = _COMMANDS if press.argument in SWITCHABLE else ""
    await groups.set_up(
        turn.request,
        turn.chat_id,
        change,
        lambda after: turn.with_screen(_page(turn, after, page)),
    )


async def calls(turn: Turn, _arguments: Arguments) -> None:
    """Show who called what here, and how it did since."""
    lines = await turn.services.rooms.calls.board(turn.user, turn.chat_id)
    await turn.show(screens.calls(lines, turn.keys))


async def press_calls(turn: Turn, _press: Press) -> None:
    """Show the same anew in place."""
    await calls(turn, Arguments())


def _page(turn: Turn, here: GroupSettings, page: str) -> Screen:
    shown = screens.switches if page == _COMMANDS else screens.setup
    return shown(here, turn.keys)


def _change(argument: str, thread_id: int | None) -> Change:
    if argument in SWITCHABLE:
        return lambda before: before.switched(argument)
    if argument == "topic":
        return lambda before: replace(
            before, thread_id=None if before.thread_id is not None else thread_id
        )
    if argument not in _CHANGES:
        raise Refusal("bad_button")
    return _CHANGES[argument]


def _next_audience(before: GroupSettings) -> GroupSettings:
    place = _AUDIENCES.index(before.audience) + 1
    return replace(before, audience=_AUDIENCES[place % len(_AUDIENCES)])


_CHANGES: Mapping[str, Change] = {
    "who": _next_audience,
    "alerts": lambda before: replace(before, alerts=not before.alerts),
    "cards": lambda before: replace(before, cards=not before.cards),
    "quiet": lambda before: replace(before, quiet=not before.quiet),
    "bind": lambda before: before,
}
