"""The rows of the button table for live orders that wait."""

from bot.domain.users import Permission
from bot.telegram.commands import live_resting
from bot.telegram.turn import Action, PressHandler


def _row(name: str, handler: PressHandler, when_stale: PressHandler) -> Action:
    return Action(
        name=name,
        handler=handler,
        permission=Permission.LEAVE_LIVE,
        is_money=True,
        when_stale=when_stale,
    )


LIVE_RESTING_ACTIONS: tuple[Action, ...] = (
    _row("lrok", live_resting.press_confirm, live_resting.stale_proposal),
    Action(name="lrno", handler=live_resting.press_drop, permission=Permission.LEAVE_LIVE),
    _row("lrnow", live_resting.press_execute, live_resting.stale_question),
    _row("lrkeep", live_resting.press_keep, live_resting.stale_question),
)
