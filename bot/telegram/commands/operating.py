"""What operators ask in chat: `/endpoints`."""

from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.screens import operating
from bot.telegram.turn import Turn


async def endpoints(turn: Turn, _arguments: Arguments) -> None:
    """Show how every endpoint and source is doing."""
    view = await turn.services.outside_state.endpoints(turn.user)
    await turn.show(operating.endpoints(view, turn.keys))


async def press_endpoints(turn: Turn, _press: Press) -> None:
    """Show the same anew in place."""
    await endpoints(turn, Arguments())
