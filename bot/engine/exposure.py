"""What a person has at stake: the worth of each position, and what would be lost at its stop."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Protocol

from bot.domain.money import SOL_DECIMALS
from bot.domain.positions import BPS, Position, Side
from bot.domain.risk import TradingStop
from bot.domain.values import value
from bot.ports.books import Desk


class Surroundings(Protocol):
    """What the gate sees beyond a person's desk and the market of one token."""

    def worth(self, position: Position) -> int | None:
        """Give what would come back, in lamports, if a position were closed; None unpriced."""

    def decimals(self, token_id: int) -> int:
        """Give a token's decimals."""

    def stop(self, user_id: int, token_id: int) -> TradingStop | None:
        """Give the emergency stop that holds back an entry, if any."""


class AtCost:
    """Surroundings in which nothing moves: positions are worth what was put in."""

    def worth(self, position: Position) -> int | None:
        """Give a long's cost or a short's margin."""
        return position.cost_lamports if position.side is Side.LONG else position.margin_lamports

    def decimals(self, token_id: int) -> int:
        """Give nine for every token."""
        del token_id
        return SOL_DECIMALS

    def stop(self, user_id: int, token_id: int) -> TradingStop | None:
        """Stop nothing."""
        del user_id, token_id
        return None


@value
class Stake:
    """One position seen as risk: `worth_lamports` now, `heat_lamports` of it lost at the stop."""

    position: Position
    worth_lamports: int
    heat_lamports: int
    has_stop: bool

    @property
    def token_id(self) -> int:
        """Give the token."""
        return self.position.token_id


@value
class Exposure:
    """All of a person's positions against their equity, in lamports."""

    equity_lamports: int
    stakes: tuple[Stake, ...]

    @property
    def heat_lamports(self) -> int:
        """Give what would be lost if every stop were reached, and all without one."""
        return sum(stake.heat_lamports for stake in self.stakes)

    def staked_lamports(self, token_id: int) -> int:
        """Give what stands in one token."""
        return sum(stake.worth_lamports for stake in self.stakes if stake.token_id == token_id)

    def heat_of(self, token_id: int) -> int:
        """Give what would be lost in one token."""
        return sum(stake.heat_lamports for stake in self.stakes if stake.token_id == token_id)


def exposure_of(desk: Desk, around: Surroundings) -> Exposure:
    """Weigh every position of a desk; what has no price now counts at what was put in."""
    stakes = tuple(_stakes(desk.positions, desk.stop_levels, around))
    worth = sum(stake.worth_lamports for stake in stakes)
    return Exposure(equity_lamports=exposure_at_worst(desk).equity_lamports + worth, stakes=stakes)


def exposure_at_worst(desk: Desk) -> Exposure:
    """Give what a person would have if no position were worth anything: never more than it is."""
    wallet = desk.wallet
    free = wallet.cash_lamports + wallet.held_lamports + wallet.rent_lamports
    return Exposure(equity_lamports=free, stakes=())


def _stakes(
    positions: Iterable[Position], levels: Mapping[int, Decimal], around: Surroundings
) -> Iterable[Stake]:
    for position in positions:
        worth = around.worth(position)
        if worth is None:
            worth = AtCost().worth(position) or 0
        level = levels.get(position.number)
        heat = worth
        if level is not None:
            heat = heat_at(position, worth, level, around.decimals(position.token_id))
        yield Stake(
            position=position,
            worth_lamports=worth,
            heat_lamports=heat,
            has_stop=level is not None,
        )


def heat_at(position: Position, worth_lamports: int, level: Decimal, decimals: int) -> int:
    """Give what is lost between a position's worth now and its stop's level, 0 to all of it.

    `level` is SOL per whole token. A stop fills at what the pool pays then, which may be less:
    this is the plan, not a promise.
    """
    at_level = position.token_units * level.scaleb(SOL_DECIMALS - decimals)
    if position.side is Side.LONG:
        left = int(at_level.to_integral_value(ROUND_FLOOR))
    else:
        left = position.collateral_lamports - int(at_level.to_integral_value(ROUND_CEILING))
    return min(worth_lamports, max(0, worth_lamports - max(0, left)))


def share_bps(part_lamports: int, whole_lamports: int) -> int:
    """Give a part in basis points of a whole, rounded up; all of it where there is no whole."""
    if part_lamports <= 0:
        return 0
    return -(-part_lamports * BPS // whole_lamports) if whole_lamports > 0 else BPS
