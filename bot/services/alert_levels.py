"""Between what a person says of a figure and the level that the trigger book holds it against."""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from bot.domain.alert_firings import FiredAlert
from bot.domain.alerts import Alert, AlertKind, Condition, Levels, trigger_number
from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.triggers import Owner, Reach
from bot.services.triggers import Triggers

_DIGITS = 24


class NotWatched(StrEnum):
    """Why an alert is not looked at now."""

    SNOOZED = "snoozed"
    NO_FIGURE = "no_figure"
    DISPUTED = "disputed"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLine:
    """An alert with the figure of now beside it, both in the words of its condition.

    `distance` is how far the figure has to go to the nearest level, as a fraction of itself;
    None where it is not known, or where `asleep` says why nobody looks.
    """

    alert: Alert
    token: Token | None
    levels: Levels
    now: Decimal | None
    distance: Decimal | None
    asleep: NotWatched | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertNews:
    """A firing in the words of its alert: the level reached, the figure then and when confirmed."""

    fired: FiredAlert
    token: Token | None
    level: Decimal
    crossed_at: Decimal
    now: Decimal


def level_of(condition: Condition, token: Token) -> Decimal:
    """Give the level that a stated figure stands for; raises `Refusal` (`figure_unknown`)."""
    assert condition.level is not None, "only a stated figure has a level"  # noqa: S101
    with localcontext() as context:
        context.prec = _DIGITS
        if condition.kind is AlertKind.MARKET_CAP:
            supply = _supply(token)
            if not supply:
                raise Refusal("figure_unknown", symbol=token.symbol, figure="supply")
            return condition.level / supply
        if condition.kind is AlertKind.PRICE:
            return condition.level * token.rules.ui.older
        return condition.level


def as_said(kind: AlertKind, token: Token | None, figure: Decimal) -> Decimal:
    """Give a figure of the trigger book in the words of a kind of alert."""
    if token is None:
        return figure
    with localcontext() as context:
        context.prec = _DIGITS
        if kind is AlertKind.MARKET_CAP:
            return figure * _supply(token)
        if kind in (AlertKind.PRICE, AlertKind.MOVE, AlertKind.POSITION):
            return token.shown_price(figure)
        return figure


def levels_as_said(alert: Alert, token: Token | None) -> Levels:
    """Give an alert's levels in the words of its kind."""
    kind, levels = alert.condition.kind, alert.levels
    if kind is AlertKind.EQUITY and alert.condition.level is not None:
        return Levels.at(alert.side, alert.condition.level)
    return Levels(
        upper=None if levels.upper is None else as_said(kind, token, levels.upper),
        lower=None if levels.lower is None else as_said(kind, token, levels.lower),
    )


def distance_to(levels: Levels, now: Decimal | None) -> Decimal | None:
    """Give how far a figure is from the nearest of some levels, as a fraction of itself."""
    if not now:
        return None
    with localcontext() as context:
        context.prec = _DIGITS
        gaps = [
            abs(level - now) / now for level in (levels.upper, levels.lower) if level is not None
        ]
    return min(gaps, default=None)


def rearm(triggers: Triggers, alert: Alert) -> None:
    """Bring the trigger book in line with an alert as PostgreSQL has it."""
    armed = {trigger.number: trigger for trigger in alert.triggers()} if alert.is_watched else {}
    for reach in Reach:
        number = trigger_number(alert.alert_id, reach)
        if number in armed:
            triggers.arm(armed[number])
        else:
            triggers.disarm(Owner.ALERT, number)


def disarm(triggers: Triggers, alert_id: int) -> None:
    """Take an alert's levels out of the trigger book."""
    for reach in Reach:
        triggers.disarm(Owner.ALERT, trigger_number(alert_id, reach))


def _supply(token: Token) -> Decimal:
    return Decimal(token.supply).scaleb(-token.decimals)
