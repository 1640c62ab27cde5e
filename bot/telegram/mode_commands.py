"""The rows of the tables for the mode: paper or live."""

from bot.domain.users import Permission
from bot.telegram.arguments import Argument, Kind
from bot.telegram.commands import modes
from bot.telegram.questions import timed_out
from bot.telegram.turn import Action, Command, Place
from bot.words.speech import later

MODE_COMMANDS: tuple[Command, ...] = (
    Command(
        name="mode",
        handler=modes.mode,
        permission=Permission.VIEW_OWN,
        place=Place.PRIVATE,
        arguments=(Argument(kind=Kind.MODE, is_optional=True),),
        help_line=later("trade on paper, or with real money"),
        long_help=later(
            "live asks first, and needs a live wallet (/deposit). Each mode has its own wallet, "
            "positions, orders and figures, and they never mix."
        ),
        example="/mode live",
        is_guided=True,
        is_dangerous=True,
    ),
)

MODE_ACTIONS: tuple[Action, ...] = (
    Action(
        name="mode",
        handler=modes.press_mode,
        permission=Permission.VIEW_OWN,
        is_of_any_mode=True,
    ),
    Action(
        name="golive",
        handler=modes.press_live,
        permission=Permission.VIEW_OWN,
        is_money=True,
        when_stale=timed_out,
    ),
)
