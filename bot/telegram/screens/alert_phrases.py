"""How an alert's condition and figures are said, in the list as in the news."""

from decimal import Decimal

from bot.domain.alerts import AlertKind, AlertSide, Condition
from bot.domain.instruments import Token
from bot.domain.positions import BPS
from bot.services.alert_levels import AlertLine
from bot.telegram.layout import named
from bot.telegram.rich_text import Text, marked
from bot.telegram.screens import figures
from bot.words.speech import later, say

_IN_DOLLARS = frozenset({AlertKind.MARKET_CAP, AlertKind.VOLUME})
_SUBJECTS = {
    AlertKind.MARKET_CAP: later("{token} market cap"),
    AlertKind.VOLUME: later("{token} volume of 24 h"),
    AlertKind.LIQUIDITY: later("{token} liquidity"),
}
_LEVELS = {
    AlertSide.ABOVE: later("{what} above {level}"),
    AlertSide.BELOW: later("{what} below {level}"),
    AlertSide.BOTH: later("{what} past {level}"),
}
_GAINS = {
    AlertSide.ABOVE: later("{position} gain above {share}"),
    AlertSide.BELOW: later("{position} gain below {share}"),
    AlertSide.BOTH: later("{position} gain past {share}"),
}
_MOVES = {
    AlertSide.ABOVE: later("{what} up {share}"),
    AlertSide.BELOW: later("{what} down {share}"),
    AlertSide.BOTH: later("{what} moves ±{share}"),
}
_MOVES_FROM = {
    AlertSide.ABOVE: later("{what} up {share} from {anchor}"),
    AlertSide.BELOW: later("{what} down {share} from {anchor}"),
    AlertSide.BOTH: later("{what} moves ±{share} from {anchor}"),
}


def condition_words(line: AlertLine) -> Text:
    """Say what an alert waits for: `WIF above 0.02 SOL`."""
    return said(line.alert.condition, line.token, _anchor(line))


def said(condition: Condition, token: Token | None, anchor: Decimal | None) -> Text:
    """Say a condition on a token; `anchor` is what a move is counted from, in its own words."""
    side = condition.side or AlertSide.BOTH
    if condition.kind is AlertKind.EQUITY:
        return marked(_LEVELS[side], what=say("Equity"), level=_level(condition))
    name = named(token.symbol if token else "?", 16)
    subject = marked(_SUBJECTS.get(condition.kind, "{token}"), token=name)
    if condition.kind is AlertKind.POSITION:
        share = figures.signed_percent(Decimal(condition.move_bps or 0) / BPS)
        position = Text(f"#{condition.position_number} ", subject)
        return marked(_GAINS[side], position=position, share=share)
    if condition.move_bps is not None:
        return _move(condition, side, subject, anchor)
    return marked(_LEVELS[side], what=subject, level=_level(condition))


def figure_words(condition: Condition, value: Decimal) -> str:
    """Give a figure with the unit of its kind."""
    if condition.in_usd or condition.kind in _IN_DOLLARS:
        return figures.usd(value)
    return f"{figures.number(value)} SOL"


def _level(condition: Condition) -> str:
    return figure_words(condition, condition.level if condition.level is not None else Decimal(0))


def _move(condition: Condition, side: AlertSide, what: Text, anchor: Decimal | None) -> Text:
    share = figures.percent(Decimal(condition.move_bps or 0) / BPS)
    if anchor is None:
        return marked(_MOVES[side], what=what, share=share)
    return marked(_MOVES_FROM[side], what=what, share=share, anchor=figure_words(condition, anchor))


def _anchor(line: AlertLine) -> Decimal | None:
    anchor, token = line.alert.anchor, line.token
    if anchor is None or token is None or line.alert.condition.kind is not AlertKind.MOVE:
        return anchor
    return token.shown_price(anchor)
