"""Read a token's best pool in full, where the refresh's reading shows too little of it."""

from bot.domain.errors import Unavailable, UnreadableAccount
from bot.ports.chain import Chain
from bot.ports.clock import Clock
from bot.services.price_board import PriceBoard


class WholePools:
    """Puts full readings on the board.

    The refresh reads only what prices need: of a concentrated pool that may not show how much
    it would pay, or ask, for a whole position.
    """

    def __init__(self, *, board: PriceBoard, chain: Chain, clock: Clock) -> None:
        self._board = board
        self._chain = chain
        self._clock = clock

    async def read(self, token_id: int) -> bool:
        """Read the pool that prices a token with its ticks and fees; tells whether it could.

        Needs no permission: other use cases ask, each behind its own.
        """
        priced = self._board.priced(token_id)
        places = self._board.places.get(token_id, ())
        place = next((p for p in places if priced and p.address == priced.best.address), None)
        if place is None:
            return False
        try:
            reading = await self._chain.read_pool(place)
        except (Unavailable, UnreadableAccount):
            return False
        return self._board.set_price(token_id, [reading], self._clock.now())
