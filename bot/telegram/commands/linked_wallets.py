"""Wallets that are only looked at: `/linked` and its buttons."""

from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.screens import linked_wallets as screen
from bot.telegram.turn import Turn
from bot.words.speech import say


async def linked(turn: Turn, _arguments: Arguments) -> None:
    """Show what the linked wallets have."""
    await _show(turn)


async def press_linked(turn: Turn, _press: Press) -> None:
    """Show or refresh them in place."""
    await _show(turn)


async def press_unlink(turn: Turn, press: Press) -> None:
    """Forget one, and show the others."""
    await turn.live().watched.unlink(turn.user, press.target)
    await _show(turn, say("Unlinked"))


async def _show(turn: Turn, toast: str = "") -> None:
    found = await turn.live().watched.watched(turn.user)
    await turn.show(screen.linked(found, turn.keys), toast)
