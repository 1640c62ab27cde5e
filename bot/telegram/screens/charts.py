"""A chart's caption and its buttons: intervals, dark or light, refresh."""

from bot.domain.candles import INTERVALS, OWN, Interval
from bot.domain.charts import Theme
from bot.services.charts import ChartView
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Rows, Screen, headed, in_rows, key, lines, named
from bot.telegram.screens import figures
from bot.telegram.screens.market import price_line, source_line, warnings
from bot.words.speech import later, say

_DAY_HOURS, _HOUR_MINUTES = 24, 60
_THEMES = {Theme.LIGHT: later("Light"), Theme.DARK: later("Dark")}


def chart(view: ChartView, keys: Keys) -> Screen:
    """Show the picture of a chart with what it cannot say itself: age, source, warnings."""
    token = view.quote.token
    return Screen(
        text=lines(
            headed(
                keys.mode,
                named(token.symbol, 16),
                say("{interval} chart", interval=view.interval.label),
            ),
            price_line(view.quote),
            source_line(view.quote),
            _range_line(view),
            _origin_line(view),
            *warnings(view.quote),
        ),
        rows=_rows(view, keys),
        picture=view.recipe,
    )


def _rows(view: ChartView, keys: Keys) -> Rows:
    token_id, theme = view.quote.token.token_id, view.theme
    intervals = (
        key(keys, _marked(one, view.interval), "chart", token_id, one.label) for one in INTERVALS
    )
    other = Theme.LIGHT if theme is Theme.DARK else Theme.DARK
    return (
        *in_rows(intervals),
        (
            key(keys, say("Token"), "card", token_id),
            key(keys, say(_THEMES[other]), "chart", token_id, view.interval.label + other.value),
            key(keys, say("Refresh"), "chart", token_id, view.interval.label),
        ),
    )


def _marked(one: Interval, shown: Interval) -> str:
    return f"· {one.label} ·" if one is shown else one.label


def _range_line(view: ChartView) -> str:
    low = min(candle.low for candle in view.candles)
    high = max(candle.high for candle in view.candles)
    span = _span(view)
    return say(
        "{span}: {low} to {high} SOL",
        span=span,
        low=figures.number(low),
        high=figures.number(high),
    )


def _span(view: ChartView) -> str:
    """Say how much time the candles cover, in its largest unit."""
    covered = view.candles[-1].opened_at + view.interval.length - view.candles[0].opened_at
    minutes = int(covered.total_seconds()) // 60
    if minutes < 2 * _HOUR_MINUTES:
        return say("{minutes} min", minutes=minutes)
    hours = minutes // _HOUR_MINUTES
    if hours < 2 * _DAY_HOURS:
        return say("{hours} h", hours=hours)
    return say("{days} d", days=hours // _DAY_HOURS)


def _origin_line(view: ChartView) -> str:
    """Say whose candles these are, where they are not all our own readings."""
    others = {candle.source for candle in view.candles} - {OWN, "mixed"}
    if not others:
        return ""
    theirs = sum(candle.source in others for candle in view.candles)
    return say(
        "{count} of {all} candles from {sources}",
        count=theirs,
        all=len(view.candles),
        sources=", ".join(sorted(others)),
    )
