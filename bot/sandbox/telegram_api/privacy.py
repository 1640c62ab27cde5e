"""Privacy mode: which messages of a group the bot gets to see."""

from bot.sandbox.telegram_api.entities import utf16
from bot.sandbox.telegram_api.entities.entity import Entity, FormattedText
from bot.sandbox.telegram_api.messages import StoredMessage
from bot.sandbox.telegram_api.people import ChatRoom
from bot.sandbox.telegram_api.world import TelegramWorld


def bot_hears(world: TelegramWorld, room: ChatRoom, message: StoredMessage) -> bool:
    """Tell whether a person's message reaches the bot.

    In groups: commands that name no other bot, replies to the bot and mentions of
    it; everything where the bot is an administrator; nothing where it is no member.
    """
    if world.bot.id not in room.members:
        return False
    if room.is_private or world.bot.id in room.admins or message.receiver is not None:
        return True
    if message.reply_to is not None and message.reply_to.sender_id == world.bot.id:
        return True
    text = message.text
    return text is not None and any(_calls_bot(world, text, entity) for entity in text.entities)


def _calls_bot(world: TelegramWorld, text: FormattedText, entity: Entity) -> bool:
    username = world.bot.username.lower()
    written = utf16.slice_units(text.text, entity.offset, entity.length).lower()
    match entity.type:
        case "bot_command":
            _, _, addressee = written.partition("@")
            return addressee in ("", username)
        case "mention":
            return written == f"@{username}"
        case "text_mention":
            return (entity.user or {}).get("id") == world.bot.id
        case _:
            return False
