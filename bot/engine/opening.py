"""Decide an opening order: a long buys the tokens, a short borrows and sells them."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from bot.domain.errors import Refusal
from bot.domain.orders import Fill
from bot.domain.positions import Position, PositionState
from bot.domain.values import value
from bot.engine.decided import Decided
from bot.engine.paper_venue import Market, PaperVenue, average_price
from bot.engine.risk_gate import (
    SMALLEST_ORDER_LAMPORTS,
    ApprovedOpen,
    RiskSettings,
    check_cash,
    check_impact,
    check_standing,
)
from bot.engine.settlement import buy_long, sell_short
from bot.ports.books import Desk


@value
class Opening:
    """An approved opening order at the moment of its decision."""

    desk: Desk
    approved: ApprovedOpen
    market: Market
    at: datetime

    def long(self, venue: PaperVenue, risk: RiskSettings) -> Decided:
        """Spend the size on tokens; the first holding locks the rent of its account."""
        market, token = self.market, self.market.token
        rent = 0 if self.approved.adds_to else market.costs.rent_lamports[token.program]
        check_cash(self.desk, self.approved.intent.size_lamports + market.costs.fee_lamports + rent)
        size = self.approved.intent.size_lamports
        fill = venue.buy_for(market, size)
        check_impact(fill, risk, size, lambda other: venue.buy_for(market, other))
        paid = fill.sol_lamports + fill.network_fee_lamports
        standing = self._standing()
        units, cost = standing.token_units + fill.token_units, standing.cost_lamports + paid
        position = replace(
            standing,
            token_units=units,
            cost_lamports=cost,
            rent_lamports=standing.rent_lamports + rent,
            fees_lamports=standing.fees_lamports + fill.network_fee_lamports,
            entry_price=average_price(cost, units, token.decimals),
        )
        return Decided(
            fill=fill,
            position=position,
            transfers=buy_long(fill, token.mint, position.number, rent),
            wallet_after_lamports=self.desk.wallet.cash_lamports - paid - rent,
            rent_paid_lamports=rent,
        )

    def short(self, venue: PaperVenue, risk: RiskSettings) -> Decided:
        """Post the size as margin and sell borrowed tokens worth it times the leverage."""
        market, token = self.market, self.market.token
        margin = self.approved.intent.size_lamports
        check_cash(self.desk, margin + market.costs.fee_lamports)
        fill = self._borrow_and_sell(venue, margin)
        check_impact(fill, risk, margin, lambda other: self._borrow_and_sell(venue, other))
        standing = self._standing()
        position = replace(
            standing,
            token_units=standing.token_units + fill.token_units,
            cost_lamports=standing.cost_lamports + fill.network_fee_lamports,
            margin_lamports=standing.margin_lamports + margin,
            proceeds_lamports=standing.proceeds_lamports + fill.sol_lamports,
            leverage=max(standing.leverage, self.approved.intent.leverage),
            fees_lamports=standing.fees_lamports + fill.network_fee_lamports,
        )
        check_standing(position, venue.buy_back(market, position.token_units).sol_lamports)
        entry = average_price(position.proceeds_lamports, position.token_units, token.decimals)
        return Decided(
            fill=fill,
            position=replace(position, entry_price=entry),
            transfers=sell_short(fill, token.mint, position.number, margin),
            wallet_after_lamports=self.desk.wallet.cash_lamports
            - margin
            - fill.network_fee_lamports,
            margin_lamports=margin,
        )

    def _borrow_and_sell(self, venue: PaperVenue, margin_lamports: int) -> Fill:
        spot = self.market.pool.curve.spot_units()
        if spot <= 0:
            raise Refusal("price_missing", symbol=self.market.token.symbol)
        units = int(margin_lamports * self.approved.intent.leverage / spot)
        if units == 0:
            raise Refusal("too_small", minimum_lamports=SMALLEST_ORDER_LAMPORTS)
        return venue.sell(self.market, units)

    def _standing(self) -> Position:
        return self.approved.adds_to or Position(
            number=self.desk.wallet.last_position + 1,
            token_id=self.approved.intent.token_id,
            side=self.approved.intent.side,
            state=PositionState.OPEN,
            token_units=0,
            cost_lamports=0,
            margin_lamports=0,
            proceeds_lamports=0,
            rent_lamports=0,
            leverage=self.approved.intent.leverage,
            realised_pnl_lamports=0,
            fees_lamports=0,
            entry_price=Decimal(0),
            opened_at=self.at,
        )
