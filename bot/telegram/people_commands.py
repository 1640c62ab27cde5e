"""The rows of the command table about people: roles, admission, approvals and feedback."""

from bot.domain.users import Permission
from bot.telegram.arguments import Argument, Kind
from bot.telegram.commands import admission, approvals, feedback, people, roster
from bot.telegram.turn import Command, CommandHandler, Place
from bot.words.speech import later

SHELF = later("People and roles")
_USER = "USER"


def _words(shown: str, *, is_optional: bool = True) -> tuple[Argument, ...]:
    return (Argument(kind=Kind.REST, is_optional=is_optional, shown=shown),)


def _about(
    name: str, handler: CommandHandler, *, shown: str, help_line: str, long_help: str, example: str
) -> Command:
    """Give the row of a change to a person: asked anywhere, answered in the private chat."""
    return Command(
        name=name,
        shelf=SHELF,
        handler=handler,
        permission=Permission.MANAGE_PEOPLE,
        place=Place.ANYWHERE,
        arguments=_words(shown),
        help_line=help_line,
        long_help=long_help,
        example=example,
        is_guided=True,
        is_dangerous=True,
    )


PEOPLE_COMMANDS: tuple[Command, ...] = (
    Command(
        name="feedback",
        handler=feedback.feedback,
        permission=Permission.READ_HELP,
        place=Place.PRIVATE,
        arguments=_words("TEXT"),
        help_line=later("tell the admins something"),
        long_help=later("An admin reads it and can answer you here. A few an hour."),
        example="/feedback the chart is hard to read",
        is_guided=True,
    ),
    Command(
        name="auth",
        handler=admission.auth,
        permission=Permission.READ_HELP,
        place=Place.PRIVATE,
        arguments=_words("PASSWORD"),
        help_line=later("come in by the operator's password"),
        long_help=later("Your message is removed. Wrong ones lock you out, each time for longer."),
        example="/auth PASSWORD",
        is_guided=True,
        is_listed=False,
    ),
    _about(
        "promote",
        approvals.promote,
        shown="USER REASON",
        help_line=later("make somebody an admin, with a second admin"),
        long_help=later(
            "USER is a number, an @username, or whoever wrote the message that you answer. Another "
            "admin has to agree within a time."
        ),
        example="/promote 123456789 runs the night shift",
    ),
    _about(
        "demote",
        approvals.demote,
        shown="USER REASON",
        help_line=later("take premium back; from an admin with a second admin"),
        long_help=later("Premium is taken at once. That an admin is none takes another to agree."),
        example="/demote 123456789",
    ),
    _about(
        "premium",
        people.premium,
        shown="USER DAYS REASON",
        help_line=later("give somebody premium, for days or for good"),
        long_help=later("It ends by itself, with a word to them. What they pay for stands beside."),
        example="/premium 123456789 30",
    ),
    _about(
        "ban",
        people.ban,
        shown="USER REASON",
        help_line=later("shut somebody out"),
        long_help=later("They are answered once more, then met with silence. Positions stay."),
        example="/ban 123456789 spam",
    ),
    _about(
        "unban",
        people.unban,
        shown=_USER,
        help_line=later("let a banned or waiting person in"),
        long_help=later("Also for those whom an admin turned away."),
        example="/unban 123456789",
    ),
    _about(
        "unfreeze",
        people.unfreeze,
        shown=_USER,
        help_line=later("let a frozen person trade again"),
        long_help=later("Be sure who asks if they froze themselves."),
        example="/unfreeze 123456789",
    ),
    _about(
        "grant",
        approvals.grant,
        shown="USER SOL REASON",
        help_line=later("correct a paper balance, with a second admin"),
        long_help=later("SOL with a minus takes away. It counts as granted, not as gained."),
        example="/grant 123456789 25 contest prize",
    ),
    _about(
        "revoke",
        admission.revoke,
        shown="USER|INVITE",
        help_line=later("take back an invitation, or the access it gave"),
        long_help=later("INVITE is a name like i12 in /authorized; it is taken back at once."),
        example="/revoke i12",
    ),
    Command(
        name="whois",
        shelf=SHELF,
        handler=roster.whois,
        permission=Permission.MANAGE_PEOPLE,
        place=Place.ANYWHERE,
        arguments=_words(_USER),
        help_line=later("who somebody is, and what gave them their role"),
        long_help=later("Answered in your private chat. They can read that you looked."),
        example="/whois 123456789",
        is_guided=True,
    ),
    Command(
        name="users",
        shelf=SHELF,
        handler=roster.users,
        permission=Permission.MANAGE_PEOPLE,
        place=Place.ANYWHERE,
        arguments=_words("SEARCH"),
        help_line=later("everybody, or those you search for"),
        long_help=later(
            "Search for a name's beginning, a number, a role or a status. In a group I only count."
        ),
        example="/users premium",
    ),
    Command(
        name="authorized",
        shelf=SHELF,
        handler=roster.authorized,
        permission=Permission.MANAGE_PEOPLE,
        place=Place.PRIVATE,
        help_line=later("who has what by whom, and open invitations"),
        long_help=later("Roles by command, invitation, password and Stars, with their ends."),
        example="/authorized",
    ),
    Command(
        name="invite",
        shelf=SHELF,
        handler=admission.invite,
        permission=Permission.MANAGE_PEOPLE,
        place=Place.PRIVATE,
        arguments=_words("ROLE DAYS"),
        help_line=later("a link that lets one person in"),
        long_help=later("ROLE is basic, premium, or admin (with a second admin); 7 days usually."),
        example="/invite premium 7",
        is_dangerous=True,
    ),
    Command(
        name="approvals",
        shelf=SHELF,
        handler=approvals.approvals,
        permission=Permission.MANAGE_PEOPLE,
        place=Place.PRIVATE,
        help_line=later("what waits for a second admin"),
        long_help=later("Agree, refuse, or take your own back. What nobody answers is void."),
        example="/approvals",
    ),
    Command(
        name="limits",
        shelf=SHELF,
        handler=approvals.limits,
        permission=Permission.CHANGE_LIMITS,
        place=Place.PRIVATE,
        arguments=_words("ROLE NAME VALUE"),
        help_line=later("what a role may risk; change it"),
        long_help=later("Lowering acts at once; raising takes a second admin."),
        example="/limits basic positions 5",
        is_dangerous=True,
    ),
)
