"""The rows of the two tables that are about real money."""

from bot.telegram.turn import Action, Command

LIVE_COMMANDS: tuple[Command, ...] = ()
LIVE_ACTIONS: tuple[Action, ...] = ()
