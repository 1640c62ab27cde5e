"""The rows of the command table that are about risk and emergency stops."""

from bot.domain.users import Permission
from bot.telegram.arguments import Argument, Kind
from bot.telegram.commands import risk, stops
from bot.telegram.turn import Command, Place

RISK_COMMANDS: tuple[Command, ...] = (
    Command(
        name="risk",
        handler=risk.show,
        permission=Permission.TRADE_PAPER,
        place=Place.ANYWHERE,
        in_group=Permission.OPERATE,
        arguments=(Argument(kind=Kind.REST, is_optional=True, shown="set LIMIT VALUE"),),
        help_line="your risk from 0 to 100, why, and your limits",
        long_help=(
            "LIMIT is concentration, position_heat, portfolio_heat, daily_loss or drawdown with a "
            "percentage of equity, positions with a count, or cooldown with minutes. Yours can "
            "only be tighter than your role's; the value role goes back to it."
        ),
        example="/risk set daily_loss 5%",
        is_guided=True,
    ),
    Command(
        name="locks",
        handler=risk.locks,
        permission=Permission.VIEW_OWN,
        place=Place.WHISPERED,
        help_line="what holds your entries back, and until when",
        long_help="Locks come from stops and losses in a row. They never hold back a close.",
        example="/locks",
    ),
    Command(
        name="unlock",
        handler=risk.unlock,
        permission=Permission.TRADE_PAPER,
        place=Place.PRIVATE,
        arguments=(Argument(kind=Kind.POSITION),),
        help_line="lift one of your locks",
        long_help="ID is the number in /locks. An emergency stop is lifted with /resume instead.",
        example="/unlock 3",
        is_guided=True,
    ),
    Command(
        name="panic",
        cost=0,  # the brake works whatever else floods
        handler=stops.panic,
        permission=Permission.TRADE_PAPER,
        place=Place.PRIVATE,
        help_line="stop your trading: pause, or pause and close all",
        long_help="Asks first. It stays so, also after a restart, until you send /resume.",
        example="/panic",
        is_dangerous=True,
    ),
    Command(
        name="resume",
        handler=stops.resume,
        permission=Permission.TRADE_PAPER,
        place=Place.ANYWHERE,
        arguments=(Argument(kind=Kind.REST, is_optional=True, shown="TOKEN|all|USER_ID REASON"),),
        help_line="trade again after /panic",
        long_help="Alone it lifts your own stop. For admins: with a token or all everybody's, "
        "with a user's number theirs.",
        example="/resume",
        is_guided=True,
    ),
    Command(
        name="halt",
        handler=stops.halt,
        permission=Permission.OPERATE,
        place=Place.ANYWHERE,
        arguments=(
            Argument(kind=Kind.REST, is_optional=True, shown="TOKEN|all|USER_ID close REASON"),
        ),
        help_line="pause entries for everybody, in a token or all, or one user's",
        long_help=(
            "For admins; asks first. With close, what is open is closed too. /resume lifts it, "
            "and what the circuit breaker has stopped by itself."
        ),
        example="/halt WIF its pool is drained",
        is_guided=True,
        is_dangerous=True,
    ),
)
