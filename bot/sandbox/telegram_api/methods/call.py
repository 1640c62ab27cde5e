"""What every method gets, and what it may answer besides its result."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.sandbox.telegram_api.errors import bad_request, forbidden
from bot.sandbox.telegram_api.messages import StoredMessage
from bot.sandbox.telegram_api.parameters import Parameters
from bot.sandbox.telegram_api.people import ChatRoom
from bot.sandbox.telegram_api.world import TelegramWorld


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A result that Telegram sends with a description beside it."""

    result: object
    description: str


Method = Callable[[TelegramWorld, Parameters], object]
"""Carries a call out and gives its result; raises BotApiError to refuse."""

MethodTable = Mapping[str, Method]
"""Methods by lower-case name: Telegram does not mind the case."""


def addressed_room(world: TelegramWorld, parameters: Parameters, name: str = "chat_id") -> ChatRoom:
    """Find the chat that a call names.

    Raises:
        BotApiError: 400 where it is missing or unknown.
    """
    if not parameters.has(name):
        raise bad_request(f"{name} is empty")
    chat_id = parameters.integer(name)
    room = world.chats.get(chat_id) if chat_id is not None else None
    if room is None:
        raise bad_request("chat not found")
    return room


def writable_room(world: TelegramWorld, parameters: Parameters) -> ChatRoom:
    """Find the chat that a call writes to, and see that the bot may.

    Raises:
        BotApiError: 400 or 403 with Telegram's description.
    """
    room = addressed_room(world, parameters)
    if room.is_private and not room.started:
        raise forbidden("bot can't initiate conversation with a user")
    if room.blocked:
        raise forbidden("bot was blocked by the user")
    if world.bot.id in room.kicked:
        raise forbidden("bot was kicked from the supergroup chat")
    if world.bot.id not in room.members:
        raise forbidden("bot is not a member of the supergroup chat")
    return room


def editable_message(
    world: TelegramWorld, parameters: Parameters
) -> tuple[ChatRoom, StoredMessage]:
    """Find the bot's own message that a call edits.

    Raises:
        BotApiError: 400 where it is gone, or somebody else's.
    """
    if parameters.has("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    room = writable_room(world, parameters)
    message = room.live_message(parameters.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    has_other_markup = message.reply_markup is not None and message.inline_keyboard is None
    if message.sender_id != world.bot.id or message.service or has_other_markup:
        raise bad_request("message can't be edited")
    return room, message
