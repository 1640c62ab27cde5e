"""Decide a closing order: sell what is held, or buy back what is owed."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.errors import Refusal
from bot.domain.money import Rounding, portion
from bot.domain.orders import CloseIntent
from bot.domain.positions import Position, PositionState
from bot.engine.decided import Decided
from bot.engine.paper_venue import Market, PaperVenue
from bot.engine.risk_gate import check_cash, check_standing
from bot.engine.settlement import buy_back_short, proceeds_left, reduced, sell_long
from bot.ports.books import Desk

WHOLE_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A closing order at the moment of its decision: `units` of the position go."""

    desk: Desk
    position: Position
    units: int
    market: Market
    at: datetime

    def long(self, venue: PaperVenue) -> Decided:
        """Sell the tokens; the last sale gives the rent of their account back."""
        position = self.position
        fill = venue.sell(self.market, self.units)
        rent = position.rent_lamports if self._is_whole else 0
        fee = fill.network_fee_lamports
        check_cash(self.desk, fee - fill.sol_lamports - rent)
        realised = fill.sol_lamports - fee - self._leaving(position.cost_lamports)
        return Decided(
            fill=fill,
            position=reduced(
                position,
                units=self.units,
                collateral_left_lamports=0,
                realised_lamports=realised,
                fee_lamports=fee,
                at=self.at,
                closed_as=PositionState.CLOSED,
            ),
            transfers=sell_long(fill, self.market.token.mint, position.number, rent),
            wallet_after_lamports=self.desk.wallet.cash_lamports + fill.sol_lamports + rent - fee,
            rent_returned_lamports=rent,
            realised_pnl_lamports=realised,
        )

    def short(self, venue: PaperVenue, *, is_liquidation: bool) -> Decided:
        """Buy back from the collateral and release what is left of this share of it.

        The margin is isolated: a loss beyond it is the insurance account's.
        """
        position = self.position
        fill = venue.buy_back(self.market, self.units)
        collateral = position.collateral_lamports
        shortfall = max(0, fill.sol_lamports - collateral)
        release = max(0, self._leaving(collateral) - fill.sol_lamports)
        available = self.desk.wallet.cash_lamports + release
        if is_liquidation:
            fill = replace(fill, network_fee_lamports=min(fill.network_fee_lamports, available))
        elif available < fill.network_fee_lamports:
            raise Refusal(
                "not_enough_cash",
                needed_lamports=fill.network_fee_lamports,
                cash_lamports=available,
            )
        paid = fill.sol_lamports - shortfall
        collateral_left = collateral - paid - release
        realised = (
            position.proceeds_lamports
            - proceeds_left(position, self.units, collateral_left)
            - paid
            - fill.network_fee_lamports
            - self._leaving(position.cost_lamports)
        )
        left = reduced(
            position,
            units=self.units,
            collateral_left_lamports=collateral_left,
            realised_lamports=realised,
            fee_lamports=fill.network_fee_lamports,
            at=self.at,
            closed_as=PositionState.LIQUIDATED if is_liquidation else PositionState.CLOSED,
        )
        if left.token_units:
            check_standing(left, venue.buy_back(self.market, left.token_units).sol_lamports)
        return Decided(
            fill=fill,
            position=left,
            transfers=buy_back_short(
                fill,
                self.market.token.mint,
                position.number,
                shortfall_lamports=shortfall,
                release_lamports=release,
            ),
            wallet_after_lamports=available - fill.network_fee_lamports,
            realised_pnl_lamports=realised,
        )

    @property
    def _is_whole(self) -> bool:
        return self.units == self.position.token_units

    def _leaving(self, whole_lamports: int) -> int:
        """Give the part of an amount that goes with the closed units; all of it with the last."""
        held = self.position.token_units
        return whole_lamports - portion(whole_lamports, held - self.units, held, Rounding.DOWN)


def units_to_close(position: Position, intent: CloseIntent) -> int:
    """Give how many units go, never more than are left; raises `Refusal` (`nothing_to_close`)."""
    if intent.units is not None:
        return min(intent.units, position.token_units)
    if intent.percent >= WHOLE_PERCENT:
        return position.token_units
    units = portion(position.token_units, intent.percent, WHOLE_PERCENT, Rounding.DOWN)
    if units == 0:
        raise Refusal("nothing_to_close")
    return units
