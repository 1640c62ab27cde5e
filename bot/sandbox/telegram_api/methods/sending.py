"""Methods that put a message into a chat."""

from bot.sandbox.telegram_api.errors import bad_request
from bot.sandbox.telegram_api.messages import StoredMessage
from bot.sandbox.telegram_api.methods.call import (
    MethodTable,
    addressed_room,
    writable_room,
)
from bot.sandbox.telegram_api.methods.composing import post, read_caption, read_text
from bot.sandbox.telegram_api.methods.media import read_media
from bot.sandbox.telegram_api.parameters import Parameters
from bot.sandbox.telegram_api.wire import JsonObject
from bot.sandbox.telegram_api.world import TelegramWorld

_CHAT_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


def send_message(world: TelegramWorld, parameters: Parameters) -> JsonObject:
    """Send a text."""
    room = writable_room(world, parameters)
    return post(world, room, parameters, text=read_text(world, parameters)).to_wire()


def send_photo(world: TelegramWorld, parameters: Parameters) -> JsonObject:
    """Send a picture, uploaded now or known by its file id."""
    return _send_file(world, parameters, "photo")


def send_document(world: TelegramWorld, parameters: Parameters) -> JsonObject:
    """Send a file, uploaded now or known by its file id."""
    return _send_file(world, parameters, "document")


def send_chat_action(world: TelegramWorld, parameters: Parameters) -> bool:
    """Show people that the bot is busy."""
    room = writable_room(world, parameters)
    action = parameters.text("action").lower()
    if action not in _CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.events.publish("typing", room.id, text=action)
    return True


def forward_message(world: TelegramWorld, parameters: Parameters) -> JsonObject:
    """Forward a message, naming its sender."""
    room = writable_room(world, parameters)
    source = _source(world, parameters, "forward")
    if source.protected or source.service:
        raise bad_request("message can't be forwarded")
    origin = source.forward_origin or {
        "type": "user",
        "sender_user": source.sender,
        "date": source.date,
    }
    return post(
        world,
        room,
        parameters,
        text=source.text,
        attachment=source.attachment,
        forward_origin=origin,
    ).to_wire()


def copy_message(world: TelegramWorld, parameters: Parameters) -> JsonObject:
    """Copy a message without naming its sender; a caption can be replaced."""
    room = writable_room(world, parameters)
    source = _source(world, parameters, "copy")
    if source.protected or source.service:
        raise bad_request("message can't be copied")
    text = source.text
    if source.attachment is not None and parameters.has("caption"):
        text = read_caption(world, parameters)
    copy = post(world, room, parameters, text=text, attachment=source.attachment)
    return {"message_id": copy.message_id}


def _send_file(world: TelegramWorld, parameters: Parameters, kind: str) -> JsonObject:
    room = writable_room(world, parameters)
    caption = read_caption(world, parameters)
    stored = read_media(world, parameters, parameters.fields.get(kind), kind=kind, field=kind)
    attachment = stored.to_attachment()
    return post(world, room, parameters, text=caption, attachment=attachment).to_wire()


def _source(world: TelegramWorld, parameters: Parameters, verb: str) -> StoredMessage:
    origin = addressed_room(world, parameters, "from_chat_id")
    found = origin.live_message(parameters.integer("message_id"))
    if found is None:
        raise bad_request(f"message to {verb} not found")
    return found


METHODS: MethodTable = {
    "sendmessage": send_message,
    "sendphoto": send_photo,
    "senddocument": send_document,
    "sendchataction": send_chat_action,
    "forwardmessage": forward_message,
    "copymessage": copy_message,
}
