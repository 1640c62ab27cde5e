"""Giving rent back: `/cleanup` and its button."""

from collections.abc import Sequence

from bot.domain.notices import Notice
from bot.services.cleanups import CleanupView
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.screens import live_cleanups
from bot.telegram.turn import Turn


async def cleanup(turn: Turn, _arguments: Arguments) -> None:
    """Show which accounts are empty, and what closing them gives back."""
    view = await turn.live().cleanups.look(turn.user)
    screen = live_cleanups.nothing() if view is None else live_cleanups.offer(view, turn.keys)
    await turn.show(screen)


async def press_cleanup(turn: Turn, _press: Press) -> None:
    """Close what is empty now."""

    def answer(view: CleanupView) -> Sequence[Notice]:
        return turn.with_screen(live_cleanups.begun(view))

    await turn.live().cleanups.place(turn.request, answer)


async def stale_cleanup(turn: Turn, _press: Press) -> None:
    """Look again, in place of an expired question."""
    await cleanup(turn, Arguments())
