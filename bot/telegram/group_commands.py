"""The rows of the command table that are about groups, and those of whoever runs the bot."""

from bot.domain.users import Permission
from bot.telegram.arguments import Argument, Kind
from bot.telegram.commands import group_closing, groups, running
from bot.telegram.shelves import RUNNING
from bot.telegram.turn import Action, Command, Place
from bot.words.speech import later

GROUPS = later("Groups")

GROUP_COMMANDS: tuple[Command, ...] = (
    Command(
        name="setup",
        shelf=GROUPS,
        handler=groups.set_up,
        permission=Permission.SET_UP_GROUP,
        place=Place.GROUP,
        help_line=later("how I behave in this group"),
        long_help=later(
            "Who may use me here, which commands, in which topic, cards, news, quiet. For admins "
            "of the group (make me one too, so that I can see who is), and of the bot."
        ),
        example="/setup",
    ),
    Command(
        name="calls",
        shelf=GROUPS,
        handler=groups.calls,
        permission=Permission.VIEW_MARKET,
        place=Place.GROUP,
        help_line=later("who named a token here first, and how it did"),
        long_help=later(
            "In a group that is set up, a pasted address is a call by whoever was first. Shows "
            "the best and the present multiple of each, and the median."
        ),
        example="/calls",
        cost=3,
    ),
    Command(
        name="closeall",
        shelf=RUNNING,
        handler=group_closing.close_all,
        permission=Permission.OPERATE,
        place=Place.GROUP,
        help_line=later("close all paper positions of this group's members"),
        long_help=later(
            "Members are those who used me here and are here now. Asks first, with the sums; only "
            "you can answer, within 30 s."
        ),
        example="/closeall",
        is_dangerous=True,
        cost=10,
    ),
    Command(
        name="status",
        shelf=RUNNING,
        handler=running.status,
        permission=Permission.OPERATE,
        place=Place.ANYWHERE,
        help_line=later("people, open positions and stops, in sums"),
        long_help=later("For admins. Nobody is named in it, so it may be asked for in a group."),
        example="/status",
    ),
    Command(
        name="pause",
        shelf=RUNNING,
        handler=running.pause,
        permission=Permission.OPERATE,
        place=Place.ANYWHERE,
        arguments=(Argument(kind=Kind.REST, is_optional=True, shown="REASON"),),
        help_line=later("pause everybody's entries"),
        long_help=later("For admins; asks first, as /halt all does. /resume all lifts it."),
        example="/pause the chain is slow",
        is_dangerous=True,
    ),
    Command(
        name="broadcast",
        shelf=RUNNING,
        handler=running.broadcast,
        permission=Permission.BROADCAST,
        place=Place.ANYWHERE,
        arguments=(Argument(kind=Kind.REST, shown="TEXT"),),
        help_line=later("a message to everybody"),
        long_help=later(
            "For admins; shows it first, with how many it goes to. It waits behind all other "
            "messages. The banned and those who blocked me get none."
        ),
        example="/broadcast Maintenance at 22:00 UTC, ten minutes.",
        is_dangerous=True,
    ),
    Command(
        name="logs",
        shelf=RUNNING,
        handler=running.logs,
        permission=Permission.READ_LOGS,
        place=Place.WHISPERED,
        arguments=(Argument(kind=Kind.REST, is_optional=True, shown="COMPONENT LEVEL COUNT TEXT"),),
        help_line=later("the last log lines, without secrets"),
        long_help=later(
            "For admins. COMPONENT is a part of me such as telegram, services or adapters; LEVEL "
            "is debug, info, warning or error; COUNT is how many lines; TEXT is sought."
        ),
        example="/logs adapters warning 30",
    ),
    Command(
        name="settings",
        shelf=RUNNING,
        handler=running.settings,
        permission=Permission.OPERATE,
        place=Place.WHISPERED,
        help_line=later("the settings in force, without secrets"),
        long_help=later("For admins. Of a secret or an address it says only whether it is set."),
        example="/settings",
    ),
    Command(
        name="dailyreport",
        shelf=RUNNING,
        handler=running.daily_report,
        permission=Permission.OPERATE,
        place=Place.WHISPERED,
        arguments=(Argument(kind=Kind.REST, is_optional=True, shown="yesterday|today"),),
        help_line=later("a day of everybody's in sums"),
        long_help=later(
            "For admins: people, trading, errors, refusals, slow commands and outages of "
            "yesterday, or of today so far. It comes by itself once a day."
        ),
        example="/dailyreport today",
        cost=5,
    ),
    Command(
        name="health",
        shelf=RUNNING,
        handler=running.health,
        permission=Permission.OPERATE,
        place=Place.WHISPERED,
        help_line=later("every check of mine, and since when it is so"),
        long_help=later(
            "For admins: what fails comes first. Buttons below an alarm silence it for a while."
        ),
        example="/health",
    ),
)

GROUP_ACTIONS: tuple[Action, ...] = (
    Action(
        name="gset",
        handler=groups.press_set_up,
        permission=Permission.SET_UP_GROUP,
        place=Place.GROUP,
    ),
    Action(
        name="calls",
        handler=groups.press_calls,
        permission=Permission.VIEW_MARKET,
        place=Place.GROUP,
        cost=3,
    ),
    Action(
        name="gclose",
        handler=group_closing.press_group_close,
        permission=Permission.OPERATE,
        place=Place.GROUP,
        is_money=True,
        when_stale=group_closing.cut_off,
        cost=10,
    ),
    Action(
        name="bcast",
        handler=running.press_broadcast,
        permission=Permission.BROADCAST,
        place=Place.ANYWHERE,
        is_money=True,
        when_stale=group_closing.timed_out,
    ),
    Action(
        name="gno",
        handler=running.press_nothing,
        permission=Permission.OPERATE,
        place=Place.ANYWHERE,
    ),
    Action(
        name="stat",
        handler=running.press_status,
        permission=Permission.OPERATE,
        place=Place.ANYWHERE,
    ),
    Action(
        name="heal",
        handler=running.press_health,
        permission=Permission.OPERATE,
        place=Place.WHISPERED,
    ),
    Action(
        name="hush",
        handler=running.press_silence,
        permission=Permission.OPERATE,
        place=Place.WHISPERED,
    ),
)
