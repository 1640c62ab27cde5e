"""Decide what an order means: from desk, market and intent to a settlement ready to be booked.

Pure: it reads no clock and no database, so backtest, paper and tests run the same code.
"""

from dataclasses import replace
from datetime import datetime

from bot.domain.orders import CloseIntent, FillReason, OpenIntent, OrderAction
from bot.domain.positions import Side
from bot.domain.requests import Request
from bot.engine.closing import WHOLE_PERCENT, Closing, units_to_close
from bot.engine.decided import settlement_of, times_of
from bot.engine.exposure import AtCost, Surroundings
from bot.engine.opening import Opening
from bot.engine.paper_venue import Market, PaperVenue
from bot.engine.risk_gate import RiskSettings, approve_close, approve_open, check_believed
from bot.engine.risk_limits import check_entry_allowed
from bot.engine.token_gate import check_entry, check_exit
from bot.ports.books import Desk, Settlement


class TradingEngine:
    """Opens and closes positions against a venue, within the risk gate.

    Whoever sends an order, it passes here; `around` is what the gate sees beyond the desk.
    """

    def __init__(
        self, venue: PaperVenue, risk: RiskSettings, around: Surroundings | None = None
    ) -> None:
        self._venue = venue
        self._risk = risk
        self._around = around or AtCost()

    def open(
        self, desk: Desk, intent: OpenIntent, market: Market, request: Request, at: datetime
    ) -> Settlement:
        """Decide an opening order; raises `Refusal` with the rule that it meets."""
        approved = approve_open(desk, intent, market.token.symbol)
        check_entry_allowed(desk, intent, self._around, at, market.token.symbol)
        check_believed(market.suspicion, market.token.symbol)
        check_entry(request.user, intent, market)
        opening = Opening(desk=desk, approved=approved, market=market, at=at)
        decided = (
            opening.long(self._venue, self._risk)
            if intent.side is Side.LONG
            else opening.short(self._venue, self._risk)
        )
        times = times_of(request, market, at)
        return settlement_of(desk, OrderAction.OPEN, decided, intent.wish, times)

    def close(
        self, desk: Desk, intent: CloseIntent, market: Market, request: Request, at: datetime
    ) -> Settlement:
        """Decide a closing order; raises `Refusal`."""
        position = approve_close(desk, intent)
        check_exit(market)
        units = units_to_close(position, intent)
        closing = Closing(desk=desk, position=position, units=units, market=market, at=at)
        decided = (
            closing.long(self._venue)
            if position.side is Side.LONG
            else closing.short(self._venue, is_liquidation=False)
        )
        times = times_of(request, market, at)
        settled = settlement_of(desk, OrderAction.CLOSE, decided, intent.wish, times)
        return replace(settled, is_forced=intent.is_triggered)

    def close_in_emergency(
        self, desk: Desk, number: int, market: Market, request: Request, at: datetime
    ) -> Settlement | None:
        """Close all of a position because trading was stopped; None where it is gone already.

        Asks for no permission and keeps no pace: whoever stopped it may be somebody else.
        """
        position = next((p for p in desk.positions if p.number == number), None)
        if position is None:
            return None
        check_exit(market)
        closing = Closing(
            desk=desk, position=position, units=position.token_units, market=market, at=at
        )
        decided = (
            closing.long(self._venue)
            if position.side is Side.LONG
            else closing.short(self._venue, is_liquidation=False)
        )
        key = f"close|{number}|{WHOLE_PERCENT}"
        times = times_of(request, market, at)
        settled = settlement_of(desk, OrderAction.CLOSE, decided, key, times)
        return replace(settled, reason=FillReason.EMERGENCY, is_forced=True)

    def liquidate(
        self, desk: Desk, number: int, market: Market, request: Request, at: datetime
    ) -> Settlement | None:
        """Close a short that no longer carries its maintenance margin; None if it still does.

        None too while its token's price is disputed: nobody loses a position to a wrong price.
        """
        if market.suspicion is not None:
            return None
        position = next((p for p in desk.positions if p.number == number), None)
        if position is None or position.side is Side.LONG:
            return None
        check_exit(market)
        cost = self._venue.buy_back(market, position.token_units).sol_lamports
        if not position.is_liquidatable(cost):
            return None
        closing = Closing(
            desk=desk, position=position, units=position.token_units, market=market, at=at
        )
        decided = closing.short(self._venue, is_liquidation=True)
        times = times_of(request, market, at)
        return settlement_of(desk, OrderAction.LIQUIDATE, decided, f"liquidate|{number}", times)
