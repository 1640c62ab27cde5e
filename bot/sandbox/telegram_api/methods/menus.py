"""The bot's command menus, in seven scopes and any language."""

import re

from bot.sandbox.telegram_api.command_book import CommandScope
from bot.sandbox.telegram_api.errors import bad_request
from bot.sandbox.telegram_api.methods.call import MethodTable
from bot.sandbox.telegram_api.parameters import Parameters
from bot.sandbox.telegram_api.wire import JsonObject, as_integer, as_object
from bot.sandbox.telegram_api.world import TelegramWorld

_PLAIN_SCOPES = frozenset(
    {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
)
_CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})
_COMMAND = re.compile(r"[a-z0-9_]{1,32}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2}", re.ASCII)
_MOST_COMMANDS = 100
_DESCRIPTION_LIMIT = 256


def set_my_commands(world: TelegramWorld, parameters: Parameters) -> bool:
    """Replace one menu."""
    key = _menu_key(world, parameters)
    commands = parameters.array("commands")
    if commands is None:
        raise bad_request("commands must be specified as a JSON array")
    if len(commands) > _MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    checked = [_checked_command(command) for command in commands]
    world.commands.menus.pop(key, None)
    if checked:
        world.commands.menus[key] = checked
    world.events.publish("commands", None)
    return True


def get_my_commands(world: TelegramWorld, parameters: Parameters) -> list[JsonObject]:
    """Give exactly the menu of that scope and language; empty where none was set."""
    return world.commands.menus.get(_menu_key(world, parameters), [])


def delete_my_commands(world: TelegramWorld, parameters: Parameters) -> bool:
    """Remove one menu."""
    world.commands.menus.pop(_menu_key(world, parameters), None)
    world.events.publish("commands", None)
    return True


def _menu_key(world: TelegramWorld, parameters: Parameters) -> tuple[CommandScope, str]:
    language = parameters.text("language_code")
    if language and not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    scope = parameters.nested("scope") or {"type": "default"}
    kind = str(scope.get("type", ""))
    if kind in _PLAIN_SCOPES:
        return CommandScope(type=kind), language
    if kind not in _CHAT_SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    chat_id = as_integer(scope.get("chat_id"))
    if chat_id is None or chat_id not in world.chats:
        raise bad_request("chat not found")
    if kind == "chat_administrators" and world.chats[chat_id].is_private:
        raise bad_request("can't use specified scope in private chats")
    user_id = as_integer(scope.get("user_id")) if kind == "chat_member" else None
    if kind == "chat_member" and (user_id is None or user_id not in world.people):
        raise bad_request("user not found")
    return CommandScope(type=kind, chat_id=chat_id, user_id=user_id), language


def _checked_command(value: object) -> JsonObject:
    body = as_object(value) or {}
    command = str(body.get("command", "")).lstrip("/").lower()
    description = str(body.get("description", "")).strip()
    if not _COMMAND.fullmatch(command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= _DESCRIPTION_LIMIT:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    hidden = {"is_ephemeral": True} if body.get("is_ephemeral") is True else {}
    return {"command": command, "description": description, **hidden}


METHODS: MethodTable = {
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
}
