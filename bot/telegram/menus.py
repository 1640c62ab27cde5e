"""The menus of commands that Telegram shows: one for each kind of chat, and in each language."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import structlog

from bot.domain.languages import Language
from bot.domain.notices import Notice, Priority
from bot.domain.users import PERMISSIONS, Permission, Role, User
from bot.telegram import command_table
from bot.telegram.bot_api import Api, ApiError
from bot.telegram.turn import Command, Place
from bot.words.speech import say, speaking

_LONGEST_LINE = 256
_METHOD = "setMyCommands"
_log = structlog.get_logger(__name__)

Row = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """What one scope shows in one language; the empty code stands for every other language."""

    scope: Row
    commands: tuple[Row, ...]
    language_code: str = ""

    def as_json(self) -> dict[str, object]:
        """Give the menu as `setMyCommands` takes it."""
        told: dict[str, object] = {"commands": list(self.commands), "scope": self.scope}
        return told | ({"language_code": self.language_code} if self.language_code else {})


def menus(
    table: Sequence[Command] = command_table.TABLE, admin_ids: Iterable[int] = ()
) -> Iterator[Menu]:
    """Give every menu: of private chats, of groups, of their administrators, of each admin's chat.

    A menu only shows: what may be done is asked at each command. A language without words of its
    own for a menu is left out, since Telegram then shows the one for all others.
    """
    everybody = PERMISSIONS[Role.BASIC]
    for scope, found in (
        ("all_private_chats", _private(table, everybody)),
        ("all_group_chats", _of_groups(table, everybody - {Permission.SET_UP_GROUP})),
        ("all_chat_administrators", _of_groups(table, everybody)),
    ):
        yield from _in_every_language({"type": scope}, found)
    for admin_id in admin_ids:
        yield from _of_admin(table, admin_id)


async def set_menus(
    api: Api, table: Sequence[Command] = command_table.TABLE, admin_ids: Iterable[int] = ()
) -> None:
    """Put the commands into Telegram's menus; a chat that is not open yet is passed over.

    Raises `Unavailable`.
    """
    for menu in menus(table, admin_ids):
        try:
            await api.call(_METHOD, menu.as_json())
        except ApiError as error:
            _log.warning("menu_not_set", scope=menu.scope, reason=str(error))


def menu_notices(user: User, table: Sequence[Command] = command_table.TABLE) -> tuple[Notice, ...]:
    """Give the calls that put an admin's own menu into their private chat, for the outbox."""
    if user.role is not Role.ADMIN:
        return ()
    return tuple(
        Notice(
            chat_id=user.user_id,
            method=_METHOD,
            payload=menu.as_json(),
            priority=Priority.REPORT,
        )
        for menu in _of_admin(table, user.user_id)
    )


def _of_admin(table: Sequence[Command], admin_id: int) -> Iterator[Menu]:
    found = _private(table, PERMISSIONS[Role.ADMIN])
    yield from _in_every_language({"type": "chat", "chat_id": admin_id}, found)


def _private(table: Iterable[Command], granted: frozenset[Permission]) -> list[Command]:
    return [row for row in _listed(table, granted) if row.place is not Place.GROUP]


def _of_groups(table: Iterable[Command], granted: frozenset[Permission]) -> list[Command]:
    return [
        row
        for row in _listed(table, granted)
        if row.place is not Place.PRIVATE and (row.in_group or row.permission) in granted
    ]


def _listed(table: Iterable[Command], granted: frozenset[Permission]) -> Iterator[Command]:
    return (row for row in table if row.is_listed and row.permission in granted)


def _in_every_language(scope: Row, found: Sequence[Command]) -> Iterator[Menu]:
    plain = tuple(_row(row, scope) for row in found)
    yield Menu(scope=scope, commands=plain)
    for language in Language:
        with speaking(language):
            spoken = tuple(_row(row, scope) for row in found)
        if spoken != plain:
            yield Menu(scope=scope, commands=spoken, language_code=language.value)


def _row(command: Command, scope: Row) -> Row:
    row: Row = {"command": command.name, "description": say(command.help_line)[:_LONGEST_LINE]}
    if command.place is Place.WHISPERED and scope["type"] in _OF_GROUPS:
        # The asking too is then seen by nobody else (Bot API 10.2).
        row["is_ephemeral"] = True
    return row


_OF_GROUPS = frozenset({"all_group_chats", "all_chat_administrators"})
