"""The rows of the two tables that are about real money."""

from bot.domain.users import Permission
from bot.telegram.arguments import Argument, Kind
from bot.telegram.commands import live_gate
from bot.telegram.deposit_commands import DEPOSIT_ACTIONS, DEPOSIT_COMMANDS
from bot.telegram.linked_commands import LINKED_ACTIONS, LINKED_COMMANDS
from bot.telegram.live_trading_commands import TRADING_ACTIONS, TRADING_COMMANDS
from bot.telegram.turn import Action, Command, Place
from bot.telegram.withdrawal_commands import WITHDRAWAL_ACTIONS, WITHDRAWAL_COMMANDS
from bot.words.speech import later

LIVE_COMMANDS: tuple[Command, ...] = (
    Command(
        name="live",
        handler=live_gate.live,
        permission=Permission.VIEW_OWN,
        place=Place.PRIVATE,
        help_line=later("how far you are on the way to real money, and what is missing"),
        long_help=later(
            "Four stages: paper, small, proven, full. Each asks for a record of its own, and "
            "losses lead back by themselves. Selling is always free."
        ),
        example="/live",
    ),
    Command(
        name="twin",
        handler=live_gate.twin,
        permission=Permission.VIEW_OWN,
        place=Place.PRIVATE,
        help_line=later("what live orders cost beside their paper twins"),
        long_help=later("By token and by size, with all fees, of your newest 200 live orders."),
        example="/twin",
    ),
    Command(
        name="gate",
        handler=live_gate.gate,
        permission=Permission.MANAGE_PEOPLE,
        place=Place.PRIVATE,
        arguments=(Argument(kind=Kind.REST, is_optional=True, shown="USER STAGE REASON"),),
        help_line=later("move somebody on the way to real money, with a second admin"),
        long_help=later(
            "STAGE is paper, small, proven or full: one up at most, or any down. Another admin has "
            "to agree, and nobody moves themselves."
        ),
        example="/gate 123456789 small traded elsewhere for years",
        is_guided=True,
    ),
    *DEPOSIT_COMMANDS,
    *WITHDRAWAL_COMMANDS,
    *TRADING_COMMANDS,
    *LINKED_COMMANDS,
)
LIVE_ACTIONS: tuple[Action, ...] = (
    Action(
        name="gate",
        handler=live_gate.press_gate,
        permission=Permission.VIEW_OWN,
        place=Place.PRIVATE,
        of="live",
    ),
    Action(
        name="gaterl",
        handler=live_gate.press_rules,
        permission=Permission.VIEW_OWN,
        place=Place.PRIVATE,
        of="live",
    ),
    Action(name="gateup", handler=live_gate.press_rise, permission=Permission.HOLD_LIVE_WALLET),
    Action(
        name="twin",
        handler=live_gate.press_twin,
        permission=Permission.VIEW_OWN,
        place=Place.PRIVATE,
    ),
    *DEPOSIT_ACTIONS,
    *WITHDRAWAL_ACTIONS,
    *TRADING_ACTIONS,
    *LINKED_ACTIONS,
)
