"""How an alert's condition and figures are said, in the list as in the news."""

from decimal import Decimal

from bot.domain.alerts import AlertKind, AlertSide, Condition
from bot.domain.instruments import Token
from bot.domain.positions import BPS
from bot.services.alert_levels import AlertLine
from bot.telegram.layout import named
from bot.telegram.rich_text import Text
from bot.telegram.screens import figures

_SIDES = {AlertSide.ABOVE: "above", AlertSide.BELOW: "below", AlertSide.BOTH: "past"}
_IN_DOLLARS = frozenset({AlertKind.MARKET_CAP, AlertKind.VOLUME})
_SUBJECTS = {
    AlertKind.MARKET_CAP: " market cap",
    AlertKind.VOLUME: " volume of 24 h",
    AlertKind.LIQUIDITY: " liquidity",
}


def condition_words(line: AlertLine) -> Text:
    """Say what an alert waits for: `WIF above 0.02 SOL`."""
    return said(line.alert.condition, line.token, _anchor(line))


def said(condition: Condition, token: Token | None, anchor: Decimal | None) -> Text:
    """Say a condition on a token; `anchor` is what a move is counted from, in its own words."""
    side = condition.side or AlertSide.BOTH
    if condition.kind is AlertKind.EQUITY:
        return Text(f"Equity {_SIDES[side]} {_level(condition)}")
    subject = Text(named(token.symbol if token else "?", 16), _SUBJECTS.get(condition.kind, ""))
    if condition.kind is AlertKind.POSITION:
        share = figures.signed_percent(Decimal(condition.move_bps or 0) / BPS)
        return Text(f"#{condition.position_number} ", subject, f" gain {_SIDES[side]} {share}")
    if condition.move_bps is not None:
        return Text(subject, f" {_way(condition, side)}", _from(condition, anchor))
    return Text(subject, f" {_SIDES[side]} {_level(condition)}")


def figure_words(condition: Condition, value: Decimal) -> str:
    """Give a figure with the unit of its kind."""
    if condition.in_usd or condition.kind in _IN_DOLLARS:
        return figures.usd(value)
    return f"{figures.number(value)} SOL"


def _level(condition: Condition) -> str:
    return figure_words(condition, condition.level if condition.level is not None else Decimal(0))


def _way(condition: Condition, side: AlertSide) -> str:
    share = figures.percent(Decimal(condition.move_bps or 0) / BPS)
    if side is AlertSide.BOTH:
        return f"moves ±{share}"
    return f"up {share}" if side is AlertSide.ABOVE else f"down {share}"


def _from(condition: Condition, anchor: Decimal | None) -> str:
    return "" if anchor is None else f" from {figure_words(condition, anchor)}"


def _anchor(line: AlertLine) -> Decimal | None:
    anchor, token = line.alert.anchor, line.token
    if anchor is None or token is None or line.alert.condition.kind is not AlertKind.MOVE:
        return anchor
    return token.shown_price(anchor)
