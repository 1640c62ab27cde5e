"""Ephemeral messages: whom one may be sent to, and the methods that change or remove one.

Source: https://core.telegram.org/bots/api#ephemeral-messages-and-commands (Bot API 10.2 and 10.3).
Telegram documents no words for the refusals; these are those that it was seen to use, or the names
that its own protocol has for the same.
"""

from dataclasses import dataclass

from bot.sandbox.telegram_api.errors import BotApiError, bad_request
from bot.sandbox.telegram_api.messages import StoredMessage
from bot.sandbox.telegram_api.methods.call import writable_room
from bot.sandbox.telegram_api.parameters import Parameters
from bot.sandbox.telegram_api.people import ChatRoom
from bot.sandbox.telegram_api.wire import JsonObject, as_integer
from bot.sandbox.telegram_api.world import TelegramWorld

ANSWER_WITHIN_S = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisper:
    """Who alone is to see a message, and the ephemeral one of theirs that it answers, if any."""

    receiver: JsonObject
    answered: StoredMessage | None


def read_whisper(world: TelegramWorld, room: ChatRoom, parameters: Parameters) -> Whisper | None:
    """Read whom a message is for; None where it is for everybody.

    Raises:
        BotApiError: 400 where the bot may not whisper to them here and now.
    """
    told = _told(world, parameters)
    answered_id = as_integer((parameters.nested("reply_parameters") or {}).get(_ID))
    if told is None:
        if answered_id is not None and world.knows_whispers:
            raise bad_request("a reply to an ephemeral message must be ephemeral")
        return None
    receiver_id = as_integer(told.get("receiver_user_id"))
    if room.is_private:
        raise bad_request("ephemeral messages can be sent only to groups and supergroups")
    person = world.people.get(receiver_id) if receiver_id is not None else None
    if person is None or person.id not in room.members:
        raise bad_request("USER_NOT_PARTICIPANT")
    answered = room.whisper(answered_id, person.id) if answered_id is not None else None
    if answered_id is not None and (answered is None or _is_late(world, answered)):
        raise bad_request("message to be replied not found")
    _require_reason(world, room, person.id, str(told.get("callback_query_id") or ""), answered)
    return Whisper(receiver=person.to_user(), answered=answered)


def whispered_message(
    world: TelegramWorld, parameters: Parameters
) -> tuple[ChatRoom, StoredMessage]:
    """Find the bot's own ephemeral message that a call names.

    Raises:
        BotApiError: 400 where it is gone, or another's; 404 where the server knows none at all.
    """
    if not world.knows_whispers:
        raise BotApiError(404, "Not Found")
    room = writable_room(world, parameters)
    found = room.whisper(parameters.integer(_ID), parameters.integer("receiver_user_id"))
    if found is None or found.sender_id != world.bot.id:
        raise bad_request("MESSAGE_ID_INVALID")
    return room, found


def _told(world: TelegramWorld, parameters: Parameters) -> JsonObject | None:
    """Give whom it is for, as Bot API 10.3 names them or as 10.2 did."""
    if not world.knows_whispers:
        return None
    told = parameters.nested("ephemeral_message_parameters")
    if told is None and parameters.has("receiver_user_id"):
        return {name: parameters.fields.get(name) for name in ("receiver_user_id", _CALLBACK)}
    return told


def _require_reason(
    world: TelegramWorld,
    room: ChatRoom,
    person_id: int,
    callback_id: str,
    answered: StoredMessage | None,
) -> None:
    if callback_id:
        press = world.presses.find_open(callback_id, ANSWER_WITHIN_S)
        if press is None or (press.person_id, press.chat_id) != (person_id, room.id):
            raise bad_request("QUERY_ID_INVALID")
    elif answered is None and world.bot.id not in room.admins:
        raise bad_request("MESSAGE_NOT_COMMAND")


def _is_late(world: TelegramWorld, answered: StoredMessage) -> bool:
    return world.clock() - answered.date > ANSWER_WITHIN_S


_ID, _CALLBACK = "ephemeral_message_id", "callback_query_id"
