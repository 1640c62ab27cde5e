"""Alerts: what a person wants to be told of, and at which figures of a token that is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext
from enum import StrEnum

from bot.domain.money import SOL_DECIMALS
from bot.domain.positions import BPS, Position, Side
from bot.domain.triggers import Gauge, Owner, Reach, Trigger
from bot.domain.users import Mode

_DIGITS = 24


class AlertKind(StrEnum):
    """What an alert is about; each kind can be loud, silent or off."""

    PRICE = "price"
    MARKET_CAP = "market_cap"
    MOVE = "move"
    VOLUME = "volume"
    LIQUIDITY = "liquidity"
    POSITION = "position"
    EQUITY = "equity"


OF_A_WALLET = frozenset({AlertKind.POSITION, AlertKind.EQUITY})
"""What is watched of somebody's own books; the rest is of a token, the same to everybody."""


class AlertSide(StrEnum):
    """From which side the level is reached, or either way."""

    ABOVE = "above"
    BELOW = "below"
    BOTH = "both"

    def has(self, reach: Reach) -> bool:
        """Tell whether a level reached from there is one of these."""
        return self is AlertSide.BOTH or self.value == reach.value

    def flipped(self) -> "AlertSide":
        """Give the other side: a short gains when the price falls."""
        pairs = {AlertSide.ABOVE: AlertSide.BELOW, AlertSide.BELOW: AlertSide.ABOVE}
        return pairs.get(self, self)


class AlertState(StrEnum):
    """Where an alert stands."""

    ARMED = "armed"
    FIRED = "fired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a person asked for, as they said it.

    `level` is a figure in their words (SOL or dollars per token as wallets count, dollars of
    market cap or volume, SOL of liquidity or equity); `move_bps` a share in hundredths of a
    percent, of an anchor or of what a position cost. `side` is None where the figure of now
    decides. A recurring one takes the figure that it fired at as its next anchor.
    """

    kind: AlertKind
    side: AlertSide | None
    level: Decimal | None = None
    in_usd: bool = False
    move_bps: int | None = None
    is_recurring: bool = False
    position_number: int | None = None

    @property
    def gauge(self) -> Gauge | None:
        """Give the figure that is watched; None for equity, which is no token's."""
        if self.kind is AlertKind.EQUITY:
            return None
        if self.kind is AlertKind.VOLUME:
            return Gauge.VOLUME_USD
        if self.kind is AlertKind.LIQUIDITY:
            return Gauge.LIQUIDITY_SOL
        return Gauge.PRICE_USD if self.in_usd else Gauge.PRICE_SOL


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The figures at which an alert fires: at or above `upper`, at or below `lower`."""

    upper: Decimal | None = None
    lower: Decimal | None = None

    @classmethod
    def at(cls, side: AlertSide, level: Decimal) -> "Levels":
        """Give one level, reached from one side."""
        return cls(upper=level) if side is AlertSide.ABOVE else cls(lower=level)

    def is_met(self, value: Decimal) -> bool:
        """Tell whether a figure has reached one of them."""
        return (self.upper is not None and value >= self.upper) or (
            self.lower is not None and value <= self.lower
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAlert:
    """An alert to be kept: what was asked, and the levels that follow from it now.

    `anchor` is the figure that moves are counted from. `basis` says on which figures of a
    position its level was worked out, so that it is worked out again when they change. `mode` is
    whose: a position of paper, or of real money.
    """

    condition: Condition
    side: AlertSide
    token_id: int | None
    levels: Levels
    anchor: Decimal | None = None
    season: int | None = None
    basis: str = ""
    mode: Mode = Mode.PAPER


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An alert as it is kept. Snoozed until a moment, it is armed but not watched."""

    user_id: int
    alert_id: int
    condition: Condition
    side: AlertSide
    token_id: int | None
    levels: Levels
    anchor: Decimal | None
    state: AlertState
    generation: int
    created_at: datetime
    season: int | None = None
    snoozed_until: datetime | None = None
    fired_at: datetime | None = None
    mode: Mode = Mode.PAPER

    @property
    def is_watched(self) -> bool:
        """Tell whether its levels belong into the trigger book."""
        return self.state is AlertState.ARMED and self.snoozed_until is None

    def triggers(self) -> Iterator[Trigger]:
        """Give its levels as triggers: two where it looks both ways."""
        yield from triggers_of(
            self.alert_id, self.generation, self.token_id, self.condition.gauge, self.levels
        )


def triggers_of(
    alert_id: int, generation: int, token_id: int | None, gauge: Gauge | None, levels: Levels
) -> Iterator[Trigger]:
    """Give an alert's levels as triggers, numbered so that each is known by itself."""
    if token_id is None or gauge is None:
        return
    for reach, level in ((Reach.ABOVE, levels.upper), (Reach.BELOW, levels.lower)):
        if level is not None:
            yield Trigger(
                owner=Owner.ALERT,
                number=trigger_number(alert_id, reach),
                token_id=token_id,
                gauge=gauge,
                reach=reach,
                level=level,
                generation=generation,
            )


def trigger_number(alert_id: int, reach: Reach) -> int:
    """Give the number of one of an alert's two triggers."""
    return 2 * alert_id + (reach is Reach.BELOW)


def alert_of(number: int) -> int:
    """Give the alert that a trigger's number belongs to."""
    return number // 2


def move_levels(anchor: Decimal, move_bps: int, side: AlertSide) -> Levels:
    """Give the levels so many hundredths of a percent above and below an anchor."""
    share = Decimal(move_bps) / BPS
    return Levels(
        upper=anchor * (1 + share) if side.has(Reach.ABOVE) else None,
        lower=anchor * (1 - share) if side.has(Reach.BELOW) else None,
    )


def position_levels(position: Position, decimals: int, pnl_bps: int, side: AlertSide) -> Levels:
    """Give the price at which a position's gain at the mark reaches a share of its stake.

    The stake is what a long cost, fees included, or the margin of a short. Before the costs of
    leaving: impact and fees come off it. No level where no price could bring that about.
    """
    with localcontext() as context:
        context.prec = _DIGITS
        gain = Decimal(stake_lamports(position)) * pnl_bps / BPS
        worth = position.cost_lamports + gain
        if position.side is Side.SHORT:
            worth = position.proceeds_lamports - position.cost_lamports - gain
            side = side.flipped()
        if worth <= 0 or not position.token_units:
            return Levels()
        price = worth.scaleb(decimals - SOL_DECIMALS) / Decimal(position.token_units)
    return Levels.at(side, price)


def position_gain(position: Position, decimals: int, price: Decimal) -> Decimal:
    """Give a position's gain at a price as a fraction of its stake, before the costs of leaving."""
    with localcontext() as context:
        context.prec = _DIGITS
        worth = price * Decimal(position.token_units).scaleb(SOL_DECIMALS - decimals)
        gain = worth - position.cost_lamports
        if position.side is Side.SHORT:
            gain = position.proceeds_lamports - position.cost_lamports - worth
        stake = stake_lamports(position)
        return gain / stake if stake else Decimal(0)


def position_basis(position: Position) -> str:
    """Give the figures that a position's levels hang on, as one text to compare."""
    figures = (
        position.token_units,
        position.cost_lamports,
        position.margin_lamports,
        position.proceeds_lamports,
    )
    return ":".join(map(str, figures))


def stake_lamports(position: Position) -> int:
    """Give what a person put into a position: its cost, or the margin of a short."""
    return position.cost_lamports if position.side is Side.LONG else position.margin_lamports
