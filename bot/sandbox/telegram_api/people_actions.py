"""What people do in their chats, and the updates that the bot gets from it."""

from dataclasses import dataclass

from bot.sandbox.telegram_api.callbacks import Press
from bot.sandbox.telegram_api.entities import utf16
from bot.sandbox.telegram_api.entities.entity import FormattedText
from bot.sandbox.telegram_api.entities.formatting import format_text, is_blank
from bot.sandbox.telegram_api.errors import SandboxRefusal
from bot.sandbox.telegram_api.messages import StoredMessage
from bot.sandbox.telegram_api.methods.rooms import member_to_wire
from bot.sandbox.telegram_api.people import ChatRoom, Person
from bot.sandbox.telegram_api.privacy import bot_hears
from bot.sandbox.telegram_api.stored_files import StoredFile
from bot.sandbox.telegram_api.wire import JsonObject, without_none
from bot.sandbox.telegram_api.world import TelegramWorld

_TEXT_LIMIT_UNITS = 4096
_ANONYMOUS: JsonObject = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
_CHAT_INSTANCE_FACTOR = 7_919_000_003


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """What a person sends: a text, or a picture with a caption; whispered, only the bot sees it."""

    text: str
    reply_to_message_id: int | None = None
    forward_from: object = None
    message_thread_id: int | None = None
    is_whispered: bool = False
    photo: StoredFile | None = None


def say(
    world: TelegramWorld, person_id: int, chat_id: int, utterance: Utterance
) -> tuple[StoredMessage, int | None]:
    """Let a person write; gives the message and the update's id, if the bot hears it.

    Raises:
        SandboxRefusal: the person is not there, the text is empty or too long.
    """
    person, room = _person_in_room(world, person_id, chat_id)
    if room.blocked:
        raise SandboxRefusal("you blocked the bot: unblock it first")
    if utterance.is_whispered and (room.is_private or world.bot.id not in room.members):
        raise SandboxRefusal("only in a group with the bot can a command be ephemeral")
    message = StoredMessage(
        message_id=0,
        chat=room.to_chat(),
        sender=_ANONYMOUS if person_id in room.anonymous else person.to_user(),
        sender_chat=room.to_chat() if person_id in room.anonymous else None,
        date=world.now_s,
        text=_written(world, utterance.text, needed=utterance.photo is None),
        attachment=utterance.photo.to_attachment() if utterance.photo else None,
        reply_to=_replied(room, utterance.reply_to_message_id, person_id),
        receiver=world.bot.to_user() if utterance.is_whispered else None,
        forward_origin=_origin(world, utterance.forward_from),
        message_thread_id=utterance.message_thread_id if room.is_forum else None,
    )
    message.message_id = room.next_message_id()
    room.started = True
    world.keep(room, message)
    return message, _tell_bot(world, room, message, "message")


def edit(
    world: TelegramWorld, person_id: int, chat_id: int, message_id: int, text: str
) -> tuple[StoredMessage, int | None]:
    """Let a person change a message of their own.

    Raises:
        SandboxRefusal: it is gone or not theirs, or the text is empty or too long.
    """
    _, room = _person_in_room(world, person_id, chat_id)
    message = room.live_message(message_id)
    if message is None or message.sender_id != person_id:
        raise SandboxRefusal("no such message of yours", 404)
    message.text = _written(world, text, needed=message.attachment is None)
    message.edit_date = world.now_s
    world.show("edit", room, message)
    return message, _tell_bot(world, room, message, "edited_message")


def press(
    world: TelegramWorld,
    person_id: int,
    chat_id: int,
    message_id: int,
    callback_data: str,
    *,
    forged: bool = False,
) -> tuple[Press, int | None]:
    """Let a person press a button; a forged press need not have one.

    Raises:
        SandboxRefusal: no such button, or the person is not there.
    """
    person, room = _person_in_room(world, person_id, chat_id)
    message = room.live_message(message_id, viewer=person_id)
    if not forged and (message is None or not message.has_button(callback_data)):
        raise SandboxRefusal("no such button on that message")
    opened = world.presses.open(person_id=person_id, chat_id=chat_id)
    gone: JsonObject = {"chat": room.to_chat(), "message_id": message_id, "date": 0}
    query: JsonObject = {
        "id": opened.query_id,
        "from": person.to_user(),
        "message": message.to_wire() if message else gone,
        "chat_instance": str(abs(chat_id) * _CHAT_INSTANCE_FACTOR),
        "data": callback_data,
    }
    update_id = world.updates.add("callback_query", query, queue_key=f"presses of {person_id}")
    return opened, update_id


def set_blocked(world: TelegramWorld, person_id: int, *, blocked: bool) -> int | None:
    """Let a person block or unblock the bot; gives the my_chat_member update's id.

    Raises:
        SandboxRefusal: nobody has this id.
    """
    person, room = _person_in_room(world, person_id, person_id)
    if room.blocked == blocked:
        return None
    before = member_to_wire(world, room, world.bot.id)
    room.blocked = blocked
    world.events.publish("chat", room.id)
    change: JsonObject = {
        "chat": room.to_chat(),
        "from": person.to_user(),
        "date": world.now_s,
        "old_chat_member": before,
        "new_chat_member": member_to_wire(world, room, world.bot.id),
    }
    return world.updates.add("my_chat_member", change, queue_key=f"members of {room.id}")


def _person_in_room(world: TelegramWorld, person_id: int, chat_id: int) -> tuple[Person, ChatRoom]:
    person, room = world.people.get(person_id), world.chats.get(chat_id)
    if person is None:
        raise SandboxRefusal("nobody has this id", 404)
    if room is None or person_id not in room.members:
        raise SandboxRefusal("this person is not in that chat", 404)
    return person, room


def _written(world: TelegramWorld, text: str, *, needed: bool) -> FormattedText | None:
    if is_blank(text):
        if needed:
            raise SandboxRefusal("the text is empty")
        return None
    formatted = format_text(text, parse_mode=None, entities=None, find_user=world.find_user)
    if utf16.length(formatted.text) > _TEXT_LIMIT_UNITS:
        raise SandboxRefusal("the text is longer than 4096 UTF-16 units")
    return formatted


def _replied(room: ChatRoom, message_id: int | None, person_id: int) -> StoredMessage | None:
    if message_id is None:
        return None
    found = room.live_message(message_id, viewer=person_id)
    if found is None:
        raise SandboxRefusal("the message to reply to is gone")
    return found


def _origin(world: TelegramWorld, forward_from: object) -> JsonObject | None:
    if forward_from in (None, "", False):
        return None
    user = world.find_user(forward_from) if isinstance(forward_from, int) else None
    hidden = None if user else str(forward_from)
    kind = "user" if user else "hidden_user"
    return without_none(type=kind, date=world.now_s, sender_user=user, sender_user_name=hidden)


def _tell_bot(
    world: TelegramWorld, room: ChatRoom, message: StoredMessage, kind: str
) -> int | None:
    if not bot_hears(world, room, message):
        return None
    return world.updates.add(kind, message.to_wire(), queue_key=f"messages of {room.id}")
