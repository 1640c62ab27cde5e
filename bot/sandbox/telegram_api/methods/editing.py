"""Methods that change or remove messages."""

from collections.abc import Callable

from bot.sandbox.telegram_api.entities.entity import FormattedText
from bot.sandbox.telegram_api.errors import bad_request
from bot.sandbox.telegram_api.keyboards import read_inline_markup
from bot.sandbox.telegram_api.messages import StoredMessage
from bot.sandbox.telegram_api.methods.call import (
    Method,
    MethodTable,
    addressed_room,
    editable_message,
)
from bot.sandbox.telegram_api.methods.composing import read_caption, read_text
from bot.sandbox.telegram_api.methods.media import read_media
from bot.sandbox.telegram_api.methods.whispering import whispered_message
from bot.sandbox.telegram_api.parameters import Parameters
from bot.sandbox.telegram_api.people import ChatRoom
from bot.sandbox.telegram_api.wire import JsonObject, as_integer, as_object
from bot.sandbox.telegram_api.world import TelegramWorld

_DELETE_WINDOW_S = 48 * 3600
_MOST_DELETED = 100


def edit_text(
    world: TelegramWorld, room: ChatRoom, message: StoredMessage, parameters: Parameters
) -> JsonObject:
    """Replace text and buttons; buttons that are not given again are removed."""
    if message.attachment is not None:
        raise bad_request("there is no text in the message to edit")
    text = read_text(world, parameters)
    return _change(world, room, message, parameters, text=text, attachment=None)


def edit_caption(
    world: TelegramWorld, room: ChatRoom, message: StoredMessage, parameters: Parameters
) -> JsonObject:
    """Replace the caption and the buttons of a picture or file."""
    if message.attachment is None:
        raise bad_request("there is no caption in the message to edit")
    caption = read_caption(world, parameters)
    return _change(world, room, message, parameters, text=caption, attachment=message.attachment)


def edit_reply_markup(
    world: TelegramWorld, room: ChatRoom, message: StoredMessage, parameters: Parameters
) -> JsonObject:
    """Replace the buttons only."""
    return _change(
        world, room, message, parameters, text=message.text, attachment=message.attachment
    )


def edit_media(
    world: TelegramWorld, room: ChatRoom, message: StoredMessage, parameters: Parameters
) -> JsonObject:
    """Replace picture or file, caption and buttons."""
    media = as_object(parameters.json("media"))
    kind = str((media or {}).get("type", ""))
    if media is None or kind not in {"photo", "document"}:
        raise bad_request("can't parse InputMedia: unsupported type specified")
    described = parameters.with_fields(**media)
    stored = read_media(world, described, media.get("media"), kind=kind, field="media")
    caption = read_caption(world, described)
    return _change(
        world, room, message, parameters, text=caption, attachment=stored.to_attachment()
    )


def delete_message(world: TelegramWorld, parameters: Parameters) -> bool:
    """Remove one message."""
    room = addressed_room(world, parameters)
    message = room.live_message(parameters.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if not _may_delete(world, room, message):
        raise bad_request("message can't be deleted")
    _remove(world, room, message)
    return True


def delete_ephemeral_message(world: TelegramWorld, parameters: Parameters) -> bool:
    """Remove one ephemeral message of the bot."""
    room, message = whispered_message(world, parameters)
    _remove(world, room, message)
    return True


def delete_messages(world: TelegramWorld, parameters: Parameters) -> bool:
    """Remove 1 to 100 messages; those already gone are skipped."""
    room = addressed_room(world, parameters)
    ids = [as_integer(item) for item in parameters.array("message_ids") or []]
    if not ids:
        raise bad_request("message identifiers are not specified")
    if len(ids) > _MOST_DELETED:
        raise bad_request("too many message identifiers specified")
    for message in filter(None, map(room.live_message, ids)):
        if _may_delete(world, room, message):
            _remove(world, room, message)
    return True


Edit = Callable[[TelegramWorld, ChatRoom, StoredMessage, Parameters], JsonObject]


def _of_all(edit: Edit) -> Method:
    """Give the method that edits a message that everybody sees."""

    def carry_out(world: TelegramWorld, parameters: Parameters) -> JsonObject:
        room, message = editable_message(world, parameters)
        return edit(world, room, message, parameters)

    return carry_out


def _of_one(edit: Edit) -> Method:
    """Give the method that edits an ephemeral message; it tells no more than that it did."""

    def carry_out(world: TelegramWorld, parameters: Parameters) -> bool:
        room, message = whispered_message(world, parameters)
        edit(world, room, message, parameters)
        return True

    return carry_out


def _change(
    world: TelegramWorld,
    room: ChatRoom,
    message: StoredMessage,
    parameters: Parameters,
    *,
    text: FormattedText | None,
    attachment: JsonObject | None,
) -> JsonObject:
    markup = read_inline_markup(parameters)
    wanted = (text, attachment, markup)
    if wanted == (message.text, message.attachment, message.reply_markup):
        raise bad_request(
            "message is not modified: specified new message content and reply markup"
            " are exactly the same as a current content and reply markup of the message"
        )
    if world.faults.plan.limits:
        world.limits.admit(room.id)
    message.text, message.attachment, message.reply_markup = wanted
    message.edit_date = world.now_s
    world.show("edit", room, message)
    return message.to_wire()


def _may_delete(world: TelegramWorld, room: ChatRoom, message: StoredMessage) -> bool:
    if world.now_s - message.date > _DELETE_WINDOW_S:
        return False
    own = message.sender_id == world.bot.id
    return own or room.is_private or world.bot.id in room.admins


def _remove(world: TelegramWorld, room: ChatRoom, message: StoredMessage) -> None:
    message.deleted = True
    world.show("delete", room, message)


METHODS: MethodTable = {
    "editmessagetext": _of_all(edit_text),
    "editmessagecaption": _of_all(edit_caption),
    "editmessagereplymarkup": _of_all(edit_reply_markup),
    "editmessagemedia": _of_all(edit_media),
    "editephemeralmessagetext": _of_one(edit_text),
    "editephemeralmessagecaption": _of_one(edit_caption),
    "editephemeralmessagereplymarkup": _of_one(edit_reply_markup),
    "editephemeralmessagemedia": _of_one(edit_media),
    "deletemessage": delete_message,
    "deletemessages": delete_messages,
    "deleteephemeralmessage": delete_ephemeral_message,
}
