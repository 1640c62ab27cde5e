"""Who the bot is and what it says about itself."""

from bot.sandbox.telegram_api.errors import BotApiError, bad_request
from bot.sandbox.telegram_api.methods.call import Method, MethodTable
from bot.sandbox.telegram_api.parameters import Parameters
from bot.sandbox.telegram_api.wire import JsonObject
from bot.sandbox.telegram_api.world import TelegramWorld

_LIMITS = {"name": 64, "description": 512, "short_description": 120}


def get_me(world: TelegramWorld, _parameters: Parameters) -> JsonObject:
    """Say who the bot is."""
    return world.bot.to_me()


def get_menu_button(_world: TelegramWorld, _parameters: Parameters) -> JsonObject:
    """Say that the menu button shows commands."""
    return {"type": "commands"}


def accept(_world: TelegramWorld, _parameters: Parameters) -> bool:
    """Accept a call that changes nothing in the sandbox."""
    return True


def _setter(name: str) -> Method:
    def set_text(world: TelegramWorld, parameters: Parameters) -> bool:
        text = parameters.text(name)
        if len(text) > _LIMITS[name]:
            raise bad_request(f"bot {name.replace('_', ' ')} is too long")
        world.profile[f"{name}/{parameters.text('language_code')}"] = text
        return True

    return set_text


def _getter(name: str) -> Method:
    def get_text(world: TelegramWorld, parameters: Parameters) -> JsonObject:
        default = world.bot.first_name if name == "name" else ""
        general = world.profile.get(f"{name}/", default)
        key = f"{name}/{parameters.text('language_code')}"
        return {name: world.profile.get(key, general)}

    return get_text


def get_file(world: TelegramWorld, parameters: Parameters) -> JsonObject:
    """Say where the bytes of a file can be read.

    Raises:
        BotApiError: 400 for an unknown file id.
    """
    stored = world.files.find(parameters.text("file_id"))
    if stored is None:
        raise BotApiError(400, "Bad Request: invalid file_id")
    return stored.to_file()


METHODS: MethodTable = {
    "getme": get_me,
    "getfile": get_file,
    "setmyname": _setter("name"),
    "getmyname": _getter("name"),
    "setmydescription": _setter("description"),
    "getmydescription": _getter("description"),
    "setmyshortdescription": _setter("short_description"),
    "getmyshortdescription": _getter("short_description"),
    "setchatmenubutton": accept,
    "getchatmenubutton": get_menu_button,
    "logout": accept,
    "close": accept,
}
