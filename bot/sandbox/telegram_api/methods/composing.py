"""Reading the parts that all sending methods share: text, reply, thread, options."""

from bot.sandbox.telegram_api.entities import utf16
from bot.sandbox.telegram_api.entities.entity import FormattedText
from bot.sandbox.telegram_api.entities.formatting import format_text, is_blank
from bot.sandbox.telegram_api.errors import bad_request
from bot.sandbox.telegram_api.keyboards import read_reply_markup
from bot.sandbox.telegram_api.messages import StoredMessage
from bot.sandbox.telegram_api.methods.whispering import Whisper, read_whisper
from bot.sandbox.telegram_api.parameters import Parameters
from bot.sandbox.telegram_api.people import ChatRoom
from bot.sandbox.telegram_api.wire import JsonObject, as_integer
from bot.sandbox.telegram_api.world import TelegramWorld

TEXT_LIMIT_UNITS = 4096
CAPTION_LIMIT_UNITS = 1024


def read_text(world: TelegramWorld, parameters: Parameters) -> FormattedText:
    """Read the text of a message, 1 to 4096 UTF-16 units after parsing.

    Raises:
        BotApiError: 400 with Telegram's description.
    """
    written = parameters.text("text")
    if is_blank(written):
        raise bad_request("message text is empty")
    formatted = format_text(
        written,
        parse_mode=parameters.text("parse_mode") or None,
        entities=parameters.json("entities"),
        find_user=world.find_user,
    )
    if is_blank(formatted.text):
        raise bad_request("message text is empty")
    if utf16.length(formatted.text) > TEXT_LIMIT_UNITS:
        raise bad_request("message is too long")
    return formatted


def read_caption(world: TelegramWorld, parameters: Parameters) -> FormattedText | None:
    """Read a caption, at most 1024 UTF-16 units after parsing; None where there is none.

    Raises:
        BotApiError: 400 with Telegram's description.
    """
    if not parameters.has("caption"):
        return None
    formatted = format_text(
        parameters.text("caption"),
        parse_mode=parameters.text("parse_mode") or None,
        entities=parameters.json("caption_entities"),
        find_user=world.find_user,
    )
    if utf16.length(formatted.text) > CAPTION_LIMIT_UNITS:
        raise bad_request("message caption is too long")
    return formatted if formatted.text else None


def post(
    world: TelegramWorld,
    room: ChatRoom,
    parameters: Parameters,
    *,
    text: FormattedText | None,
    attachment: JsonObject | None = None,
    forward_origin: JsonObject | None = None,
) -> StoredMessage:
    """Put a message of the bot into a chat, with everything the call says about it.

    Raises:
        BotApiError: 400 with Telegram's description, or 429 above the limits.
    """
    whisper = read_whisper(world, room, parameters)
    message = StoredMessage(
        message_id=0,
        chat=room.to_chat(),
        sender=world.bot.to_user(),
        date=world.now_s,
        text=text,
        attachment=attachment,
        reply_markup=read_reply_markup(parameters),
        reply_to=_replied_message(world, room, parameters, whisper),
        receiver=whisper.receiver if whisper else None,
        forward_origin=forward_origin,
        link_preview_options=parameters.nested("link_preview_options"),
        message_thread_id=_thread(room, parameters),
        protected=parameters.boolean("protect_content"),
    )
    if world.faults.plan.limits:
        world.limits.admit(room.id)
    message.message_id = room.next_message_id()
    return world.keep(room, message)


def _replied_message(
    world: TelegramWorld, room: ChatRoom, parameters: Parameters, whisper: Whisper | None
) -> StoredMessage | None:
    if whisper is not None and whisper.answered is not None:
        return whisper.answered
    reply = parameters.nested("reply_parameters")
    if reply is None and parameters.has("reply_to_message_id"):
        reply = {
            "message_id": parameters.integer("reply_to_message_id"),
            "allow_sending_without_reply": parameters.boolean("allow_sending_without_reply"),
        }
    if not reply:
        return None
    chat_id = as_integer(reply.get("chat_id"))
    source = room if chat_id is None else world.chats.get(chat_id)
    found = source.live_message(as_integer(reply.get("message_id"))) if source else None
    if found is None and reply.get("allow_sending_without_reply") is not True:
        raise bad_request("message to be replied not found")
    return found


def _thread(room: ChatRoom, parameters: Parameters) -> int | None:
    thread_id = parameters.integer("message_thread_id")
    if not thread_id:
        return None
    if not room.is_forum:
        raise bad_request("message thread not found")
    return thread_id
