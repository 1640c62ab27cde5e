"""Whether a row of the tables may be used here, by this person: asked before any handler."""

from bot.domain.errors import Refusal
from bot.domain.users import User
from bot.telegram.door import Chat
from bot.telegram.turn import Action, Command, Place


def require_row(row: Command | Action, user: User, chat: Chat) -> None:
    """Pass in silence or raise `Refusal`: of the permission, `private_only` or `group_only`.

    In channels nothing acts: nobody there is a person to us.
    """
    user.require(row.permission)
    if chat.is_channel:
        raise Refusal("anonymous")
    if chat.is_private:
        if row.place is Place.GROUP:
            raise Refusal("group_only")
        return
    if row.place is Place.PRIVATE:
        raise Refusal("private_only")
    if row.in_group is not None:
        user.require(row.in_group)
