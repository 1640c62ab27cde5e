"""What tokens of a wallet would fetch now, as their own pool has it."""

from bot.domain.errors import Refusal, Unavailable
from bot.engine.paper_venue import PaperVenue
from bot.services.trading import Trading


class TokenWorth:
    """Values tokens by the sale that nobody makes."""

    def __init__(self, trading: Trading) -> None:
        self._trading = trading
        self._venue = PaperVenue()

    async def lamports(self, token_id: int, units: int) -> int | None:
        """Give what a sale of units would bring, without costs; None where nobody can tell.

        Needs no permission: it moves nothing, and shows a market's price.
        """
        try:
            market = await self._trading.market(token_id)
            return self._venue.sell(market, units).sol_lamports
        except (Refusal, Unavailable):
            return None
