"""Which shelf of the help a command stands on, and what the shelves are called in a button."""

import re
from collections.abc import Iterable, Mapping

from bot.domain.users import Permission
from bot.telegram.turn import Command
from bot.words.speech import later

RUNNING = later("Running the bot")
_BY_PERMISSION: Mapping[Permission, str] = {
    Permission.READ_HELP: later("First steps"),
    Permission.VIEW_MARKET: later("Tokens and prices"),
    Permission.VIEW_OWN: later("Your account"),
    Permission.TRADE_PAPER: later("Trading"),
    Permission.HOLD_LIVE_WALLET: later("Real money"),
    Permission.SUBSCRIBE: later("Premium"),
    Permission.PROTECT_OWN: later("Security"),
    Permission.SET_UP_GROUP: later("Groups"),
}
_LONGEST_SLUG = 17
SHELF_MARK = "0"
"""What a help button's argument begins with where it names a shelf: no command begins so."""


def shelf_of(command: Command) -> str:
    """Give a command's shelf: its own, or that of others with the same permission."""
    return command.shelf or _BY_PERMISSION.get(command.permission, RUNNING)


def shelves(commands: Iterable[Command]) -> Mapping[str, tuple[Command, ...]]:
    """Sort commands onto their shelves, in the order of the table."""
    found: dict[str, tuple[Command, ...]] = {}
    for command in commands:
        shelf = shelf_of(command)
        found[shelf] = (*found.get(shelf, ()), command)
    return found


def slug(shelf: str) -> str:
    """Name a shelf as a help button's argument can carry it."""
    return SHELF_MARK + re.sub(r"[^a-z]", "", shelf.lower())[:_LONGEST_SLUG]
