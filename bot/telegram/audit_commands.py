"""The rows of both tables about the audit log and about a person's own data."""

from bot.domain.users import Permission
from bot.telegram.arguments import Argument, Kind
from bot.telegram.commands import audit, my_data
from bot.telegram.questions import timed_out
from bot.telegram.turn import Action, Command, Place, PressHandler

AUDIT_COMMANDS: tuple[Command, ...] = (
    Command(
        name="audit",
        handler=audit.audit,
        permission=Permission.READ_AUDIT,
        place=Place.PRIVATE,
        arguments=(Argument(kind=Kind.REST, is_optional=True, shown="USER ACTION"),),
        help_line="who did what to whom, the newest first",
        long_help=(
            "For admins. USER is a number: rows about or by them, and that you looked is written "
            "down. ACTION is a part of an action's name, such as role, staff or permission."
        ),
        example="/audit role",
        is_guided=True,
    ),
    Command(
        name="mydata",
        handler=my_data.my_data,
        permission=Permission.VIEW_OWN,
        place=Place.PRIVATE,
        help_line="what I keep about you, and who looked at it",
        long_help="With buttons to take all of it along as files, and to have it deleted.",
        example="/mydata",
    ),
    Command(
        name="privacy",
        handler=my_data.privacy,
        permission=Permission.READ_HELP,
        place=Place.ANYWHERE,
        help_line="what is stored and why",
        long_help="In a screenful: what, why, how long, and who can see it.",
        example="/privacy",
    ),
)


def _own(name: str, handler: PressHandler) -> Action:
    return Action(name=name, handler=handler, permission=Permission.VIEW_OWN)


AUDIT_ACTIONS: tuple[Action, ...] = (
    Action(name="audit", handler=audit.press_audit, permission=Permission.READ_AUDIT),
    Action(name="wishes", handler=audit.press_wishes, permission=Permission.READ_AUDIT),
    _own("mydata", my_data.press_my_data),
    _own("mytake", my_data.press_export),
    _own("forgt", my_data.press_ask_deletion),
    Action(
        name="forget",
        handler=my_data.press_delete,
        permission=Permission.VIEW_OWN,
        is_money=True,
        when_stale=timed_out,
    ),
    _own("stay", my_data.press_stay),
    Action(
        name="privcy",
        handler=my_data.press_privacy,
        permission=Permission.READ_HELP,
        place=Place.ANYWHERE,
    ),
)
