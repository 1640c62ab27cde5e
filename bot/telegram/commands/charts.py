"""Pictures of prices: `/chart`, and the buttons that change a chart in place."""

import re

from bot.domain.candles import BY_LABEL, Interval
from bot.domain.charts import Theme
from bot.domain.errors import Refusal
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.commands.market import pick_token, token_id_of
from bot.telegram.screens import charts
from bot.telegram.turn import Turn
from bot.words.speech import say

_ARGUMENT = re.compile(r"(1m|5m|15m|1h|4h|1d)?(dark|light)?", re.ASCII)


async def chart(turn: Turn, arguments: Arguments) -> None:
    """Show the chart of the named token, or ask which."""
    if not arguments.token:
        await pick_token(turn, say("Chart of which token?"), "chart")
        return
    await _show(turn, await token_id_of(turn, arguments.token), arguments.interval, None)


async def press_chart(turn: Turn, press: Press) -> None:
    """Show or change a chart: the argument is an interval, a theme, or both."""
    match = _ARGUMENT.fullmatch(press.argument)
    if match is None:
        raise Refusal("bad_button")
    interval = BY_LABEL[match[1]] if match[1] else None
    await _show(turn, press.target, interval, Theme(match[2]) if match[2] else None)


async def _show(turn: Turn, token_id: int, interval: Interval | None, theme: Theme | None) -> None:
    view = await turn.services.charts.chart(
        turn.user, token_id, interval, theme=theme, is_private=turn.is_private
    )
    await turn.show(charts.chart(view, turn.keys))
