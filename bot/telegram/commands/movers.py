"""What rose and fell most: `/movers` and its buttons."""

from bot.services.movers import Span
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.screens import movers as screen
from bot.telegram.turn import Turn


async def movers(turn: Turn, arguments: Arguments) -> None:
    """Show what moved most over the named span, a day unless another is named."""
    await _show(turn, Span(arguments.span) if arguments.span else Span.DAY)


async def press_movers(turn: Turn, press: Press) -> None:
    """Show or refresh the movers in place."""
    await _show(turn, Span.HOUR if press.argument == Span.HOUR.value else Span.DAY)


async def _show(turn: Turn, span: Span) -> None:
    movement = await turn.services.movers.movers(turn.user, span)
    await turn.show(screen.movers(movement, turn.keys))
