"""Who is what in a group, as people change it: members, admins with and without rights, the bot."""

from dataclasses import dataclass

from bot.sandbox.telegram_api.errors import SandboxRefusal
from bot.sandbox.telegram_api.methods.rooms import member_to_wire
from bot.sandbox.telegram_api.people import ChatRoom
from bot.sandbox.telegram_api.wire import JsonObject
from bot.sandbox.telegram_api.world import TelegramWorld

_ADMINS, _INSIDE = frozenset({"creator", "administrator"}), frozenset({"member"})
_OUTSIDE = frozenset({"left", "kicked"})
STATUSES = _ADMINS | _INSIDE | _OUTSIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """What somebody is to be in a group, in the Bot API's words."""

    status: str
    has_rights: bool = True
    is_anonymous: bool = False


def seat(
    world: TelegramWorld, chat_id: int, user_id: int, wanted: Seat, *, by: int | None = None
) -> int | None:
    """Give somebody a place in a group; gives the `my_chat_member` update's id where it is the bot.

    Raises:
        SandboxRefusal: there is no such group, person or status.
    """
    room = world.chats.get(chat_id)
    if room is None or room.is_private:
        raise SandboxRefusal("no such group", 404)
    if world.find_user(user_id) is None:
        raise SandboxRefusal("nobody has this id", 404)
    if wanted.status not in STATUSES or (user_id == world.bot.id and wanted.status == "creator"):
        raise SandboxRefusal(f"status must be one of {', '.join(sorted(STATUSES))}")
    before = member_to_wire(world, room, user_id)
    _put(room, user_id, wanted)
    world.events.publish("chat", room.id)
    after = member_to_wire(world, room, user_id)
    if user_id != world.bot.id or before == after:
        return None
    change: JsonObject = {
        "chat": room.to_chat(),
        "from": _doer(world, room, by),
        "date": world.now_s,
        "old_chat_member": before,
        "new_chat_member": after,
    }
    return world.updates.add("my_chat_member", change, queue_key=f"members of {room.id}")


def _put(room: ChatRoom, user_id: int, wanted: Seat) -> None:
    room.members = [one for one in room.members if one != user_id]
    room.admins = [one for one in room.admins if one != user_id]
    for noted in (room.powerless, room.anonymous, room.kicked):
        noted.discard(user_id)
    room.owner_id = None if room.owner_id == user_id else room.owner_id
    if wanted.status not in _OUTSIDE:
        room.members.append(user_id)
    if wanted.status in _ADMINS:
        room.admins.append(user_id)
    if wanted.status == "creator":
        room.owner_id = user_id
    if wanted.status == "kicked":
        room.kicked.add(user_id)
    if not wanted.has_rights:
        room.powerless.add(user_id)
    if wanted.is_anonymous:
        room.anonymous.add(user_id)


def _doer(world: TelegramWorld, room: ChatRoom, by: int | None) -> JsonObject | None:
    """Give who did it: whoever is named, else an admin, else any member."""
    people = [by, *room.admins, *room.members]
    return next((world.people[one].to_user() for one in people if one in world.people), None)
