"""Whether a row of the tables may be used here, by this person: asked before any handler."""

from bot.domain.errors import Refusal
from bot.domain.users import PERMISSIONS, Permission, User
from bot.services.groups import Groups
from bot.telegram.door import Chat
from bot.telegram.turn import Action, Command, Place

_OF_EVERYBODY = frozenset(
    {
        Permission.READ_HELP,
        Permission.VIEW_MARKET,
        Permission.VIEW_OWN,
        Permission.TRADE_PAPER,
        Permission.SUBSCRIBE,
        Permission.PROTECT_OWN,
    }
)


async def require_row(row: Command | Action, user: User, chat: Chat, groups: Groups) -> None:
    """Pass in silence or raise `Refusal`: of the permission, the place, or the group's settings.

    In channels nothing acts: nobody there is a person to us.
    """
    user.require(row.permission)
    if chat.is_channel:
        raise Refusal("anonymous")
    if chat.is_private:
        if row.place is Place.GROUP:
            raise Refusal("in_groups_only")
        return
    if row.place is Place.PRIVATE:
        raise Refusal("private_only")
    if row.in_group is not None and row.in_group not in PERMISSIONS[user.role]:
        raise Refusal("private_only")
    await groups.admit(
        user,
        chat.chat_id,
        chat.thread_id,
        (row.of or row.name) if isinstance(row, Action) else row.name,
        is_operating=(row.in_group or row.permission) not in _OF_EVERYBODY,
    )
