"""The menus of commands that Telegram shows: one for each kind of chat, and in each language."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import structlog

from bot.domain.languages import Language
from bot.domain.notices import Notice, Priority
from bot.domain.users import PERMISSIONS, Permission, Role
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


def menus(table: Sequence[Command]) -> Iterator[Menu]:
    """Give the menus of private chats, of groups, and of the groups' administrators.

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


def menu_of(user_id: int, role: Role, language: Language, table: Sequence[Command]) -> Menu:
    """Give the menu of one person's own chat: what their role may, in the language they read."""
    scope: Row = {"type": "chat", "chat_id": user_id}
    with speaking(language):
        commands = tuple(_row(row, scope) for row in _private(table, PERMISSIONS[role]))
    return Menu(scope=scope, commands=commands)


async def set_menus(
    api: Api, table: Sequence[Command], admins: Mapping[int, Language] | None = None
) -> None:
    """Put the commands into Telegram's menus, for each admin in the language they read.

    A chat that is not open yet is passed over. Raises `Unavailable`.
    """
    own = [menu_of(one, Role.ADMIN, reads, table) for one, reads in (admins or {}).items()]
    for menu in (*menus(table), *own):
        try:
            await api.call(_METHOD, menu.as_json())
        except ApiError as error:
            _log.warning("menu_not_set", scope=menu.scope, reason=str(error))


def menu_notice(user_id: int, role: Role, language: Language, table: Sequence[Command]) -> Notice:
    """Give the call that puts somebody's own menu into their private chat, for the outbox."""
    menu = menu_of(user_id, role, language, table)
    return Notice(chat_id=user_id, method=_METHOD, payload=menu.as_json(), priority=Priority.REPORT)


def no_menu_notice(user_id: int) -> Notice:
    """Give the call that takes it away, so that they see the menu of all private chats."""
    return Notice(
        chat_id=user_id,
        method="deleteMyCommands",
        payload={"scope": {"type": "chat", "chat_id": user_id}},
        priority=Priority.REPORT,
    )


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
