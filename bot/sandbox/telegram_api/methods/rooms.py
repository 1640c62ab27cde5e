"""Methods about chats and their members."""

from bot.sandbox.telegram_api.errors import bad_request
from bot.sandbox.telegram_api.methods.call import MethodTable, addressed_room, writable_room
from bot.sandbox.telegram_api.parameters import Parameters
from bot.sandbox.telegram_api.people import ChatRoom
from bot.sandbox.telegram_api.wire import JsonObject
from bot.sandbox.telegram_api.world import TelegramWorld

_ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
)


def get_chat(world: TelegramWorld, parameters: Parameters) -> JsonObject:
    """Describe a chat in full."""
    room = addressed_room(world, parameters)
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    full = room.to_chat() | {
        "accent_color_id": abs(room.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }
    if not room.is_private:
        full["permissions"] = {"can_send_messages": True, "can_invite_users": True}
    pinned = room.live_message(room.pinned_message_id)
    if pinned is not None:
        full["pinned_message"] = pinned.to_wire(with_reply=False)
    return full


def get_chat_member(world: TelegramWorld, parameters: Parameters) -> JsonObject:
    """Say what somebody is in a chat."""
    room = addressed_room(world, parameters)
    user_id = parameters.integer("user_id")
    if user_id is None or world.find_user(user_id) is None:
        raise bad_request("user not found")
    return member_to_wire(world, room, user_id)


def get_chat_administrators(world: TelegramWorld, parameters: Parameters) -> list[JsonObject]:
    """List the administrators of a group that are no other bots."""
    room = addressed_room(world, parameters)
    if room.is_private:
        raise bad_request("there are no administrators in the private chat")
    return [member_to_wire(world, room, user_id) for user_id in room.admins]


def get_chat_member_count(world: TelegramWorld, parameters: Parameters) -> int:
    """Count the members of a chat."""
    return len(addressed_room(world, parameters).members)


def leave_chat(world: TelegramWorld, parameters: Parameters) -> bool:
    """Let the bot leave a group."""
    room = writable_room(world, parameters)
    if room.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    room.members.remove(world.bot.id)
    room.admins = [user_id for user_id in room.admins if user_id != world.bot.id]
    world.events.publish("chat", room.id)
    return True


def pin_chat_message(world: TelegramWorld, parameters: Parameters) -> bool:
    """Pin a message; in a group the bot must be an administrator."""
    room = _pinnable_room(world, parameters, "pin")
    message = room.live_message(parameters.integer("message_id"))
    if message is None:
        raise bad_request("message to pin not found")
    room.pinned_message_id = message.message_id
    world.events.publish("chat", room.id)
    return True


def unpin_chat_message(world: TelegramWorld, parameters: Parameters) -> bool:
    """Take the pinned message down."""
    room = _pinnable_room(world, parameters, "unpin")
    room.pinned_message_id = None
    world.events.publish("chat", room.id)
    return True


def member_to_wire(world: TelegramWorld, room: ChatRoom, user_id: int) -> JsonObject:
    """Render somebody's place in a chat as a Bot API ChatMember."""
    body: JsonObject = {"user": world.find_user(user_id)}
    if user_id in room.kicked or (user_id == world.bot.id and room.blocked):
        return body | {"status": "kicked", "until_date": 0}
    if user_id not in room.members:
        return body | {"status": "left"}
    is_anonymous = user_id in room.anonymous
    if user_id == room.owner_id:
        return body | {"status": "creator", "is_anonymous": is_anonymous}
    if user_id in room.admins:
        has_rights = user_id not in room.powerless
        rights = dict.fromkeys(_ADMIN_RIGHTS, has_rights) | {"can_manage_chat": True}
        extras = {
            "can_be_edited": False,
            "is_anonymous": is_anonymous,
            "can_send_welcome_messages": False,
        }
        return body | rights | extras | {"status": "administrator"}
    return body | {"status": "member"}


def _pinnable_room(world: TelegramWorld, parameters: Parameters, verb: str) -> ChatRoom:
    room = writable_room(world, parameters)
    if not room.is_private and world.bot.id not in room.admins:
        raise bad_request(f"not enough rights to manage pinned messages in the chat ({verb})")
    return room


METHODS: MethodTable = {
    "getchat": get_chat,
    "getchatmember": get_chat_member,
    "getchatadministrators": get_chat_administrators,
    "getchatmembercount": get_chat_member_count,
    "leavechat": leave_chat,
    "pinchatmessage": pin_chat_message,
    "unpinchatmessage": unpin_chat_message,
}
