"""The rows of the tables of commands and buttons that are about the security of one's account."""

from bot.domain.users import Permission
from bot.telegram.arguments import Argument, Kind
from bot.telegram.commands import security
from bot.telegram.turn import Action, Command, Place, PressHandler

SECURITY_COMMANDS: tuple[Command, ...] = (
    Command(
        name="dashboard",
        shelf="Account",
        handler=security.dashboard,
        permission=Permission.PROTECT_OWN,
        place=Place.PRIVATE,
        help_line="a link to your account page",
        long_help=(
            "The link logs you in once, within five minutes. The page shows your limits and "
            "sessions, sets your PIN and authenticator app, and gives your tables."
        ),
        example="/dashboard",
    ),
    Command(
        name="security",
        shelf="Account",
        handler=security.show,
        permission=Permission.PROTECT_OWN,
        place=Place.PRIVATE,
        help_line="your second factors, and whether your account is frozen",
        long_help="PIN and codes are typed on your account page only, never in this chat.",
        example="/security",
    ),
    Command(
        name="freeze",
        cost=0,
        aliases=("lockdown",),
        shelf="Account",
        handler=security.freeze,
        permission=Permission.PROTECT_OWN,
        place=Place.PRIVATE,
        arguments=(Argument(kind=Kind.REST, is_optional=True, shown="USER REASON"),),
        help_line="freeze your account at once",
        long_help=(
            "Nothing is opened, and nothing closed by hand; exits that wait still act. The way "
            "back takes your second factor and a day, so that a thief cannot take it unseen. "
            "USER is for admins, who freeze somebody else; only admins lift that."
        ),
        example="/freeze",
        is_dangerous=True,
    ),
)


def _own(name: str, handler: PressHandler, *, is_for_ever: bool = False) -> Action:
    return Action(
        name=name,
        handler=handler,
        permission=Permission.PROTECT_OWN,
        when_stale=handler if is_for_ever else None,
        cost=0,
    )


# A notice may lie unread for days, and its way to freeze has to work then too.
SECURITY_ACTIONS: tuple[Action, ...] = (
    _own("dash", security.press_dashboard, is_for_ever=True),
    _own("secure", security.press_security, is_for_ever=True),
    _own("sfrz", security.press_freeze, is_for_ever=True),
    _own("skeep", security.press_keep, is_for_ever=True),
)
