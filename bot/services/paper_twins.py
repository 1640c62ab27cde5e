"""Decide on paper, at the same moment, what somebody wants live."""

from bot.domain.errors import Refusal, Unavailable
from bot.domain.live_orders import LiveSide, LiveWish
from bot.domain.orders import Fill
from bot.engine.paper_venue import PaperVenue
from bot.services.trading import Trading


class PaperTwins:
    """The paper side of live orders: the fill that the token's pool would have given."""

    def __init__(self, trading: Trading) -> None:
        self._trading = trading
        self._venue = PaperVenue()

    async def decide(self, wish: LiveWish) -> Fill | None:
        """Give the fill on paper, None where the pool cannot be read or would not do it.

        Needs no permission: it is a part of a live order, and moves nothing.
        """
        try:
            market = await self._trading.market(wish.token_id)
            if wish.side is LiveSide.BUY:
                return self._venue.buy_for(market, wish.amount_in)
            return self._venue.sell(market, wish.amount_in)
        except (Refusal, Unavailable):
            return None
