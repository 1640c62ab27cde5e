"""Paying money in: `/deposit` and its button."""

from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.screens import live_movements
from bot.telegram.turn import Turn
from bot.words.speech import say, say_count


async def deposit(turn: Turn, _arguments: Arguments) -> None:
    """Show the wallet's address, made with the wallet when first asked for."""
    view = await turn.live().deposits.open(turn.user)
    await turn.show(live_movements.deposit(view, turn.keys))


async def press_deposit(turn: Turn, _press: Press) -> None:
    """Look at the chain now, and show the address again."""
    view, booked = await turn.live().deposits.look(turn.user)
    found = say_count("{count} transaction booked", "{count} transactions booked", booked)
    toast = found if booked else say("Nothing new that is final yet")
    await turn.show(live_movements.deposit(view, turn.keys), toast)
