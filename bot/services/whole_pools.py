"""Read a token's best pool in full, where the refresh's reading shows too little of it."""

from bot.domain.errors import Unavailable, UnreadableAccount
from bot.domain.pools.reading import PoolReading
from bot.ports.chain import Chain, PoolPlace
from bot.ports.clock import Clock
from bot.services.pools_in_sol import ranked
from bot.services.price_board import PriceBoard

_LATELY_SECONDS = 15.0


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
        try:
            return await self.fetch(token_id) is not None
        except (Unavailable, UnreadableAccount):
            return False

    async def fetch(self, token_id: int) -> PoolReading | None:
        """Give the pool that prices a token, or both pools of its path, read in full just now.

        None where the token has no pool. Needs no permission, as `read`. Raises `Unavailable`
        or `UnreadableAccount`.
        """
        board, priced = self._board, self._board.priced(token_id)
        place = self._place(token_id, priced.best.address if priced else None)
        if place is None:
            return None
        if priced is not None and priced.best.legs:
            await self._read_middle(priced.best.legs[1])
        reading = await self._chain.read_pool(place)
        board.set_price(token_id, [reading], self._clock.now())
        return self._taken(token_id, reading) or self._ranked(token_id, reading)

    def _taken(self, token_id: int, reading: PoolReading) -> PoolReading | None:
        """Give what the board made of a reading just now, if of no other beside it."""
        priced = self._board.priced(token_id)
        for pool in priced.readings if priced else ():
            if pool.address == reading.address and pool.slot == reading.slot and not pool.legs:
                return pool
        return None

    def _ranked(self, token_id: int, reading: PoolReading) -> PoolReading:
        token = self._board.tokens[token_id]
        pools = ranked([reading], token.mint, self._board.bridge, token.rules.fees)
        if not pools:
            raise UnreadableAccount("the pool gives no price in SOL")
        return pools[0]

    async def look_around(self, token_id: int) -> bool:
        """Read all pools of a token where one was not read lately; tells whether it did.

        What prices a token has to be held against pools of the same moment.
        Needs no permission, as `read`. Raises `Unavailable`.
        """
        priced = self._board.priced(token_id)
        places = self._board.places.get(token_id, ())
        if priced is None or len(places) == 1:
            return False
        now = self._clock.now()
        if (now - min(priced.read_at.values())).total_seconds() <= _LATELY_SECONDS:
            return False
        readings = await self._chain.read_pools(places)
        self._board.set_price(token_id, readings.values(), now)
        return True

    async def _read_middle(self, second: PoolReading) -> None:
        middle = self._board.by_mint(second.base_mint)
        place = self._place(middle.token_id, second.address) if middle else None
        if middle is not None and place is not None:
            reading = await self._chain.read_pool(place)
            self._board.set_price(middle.token_id, [reading], self._clock.now())

    def _place(self, token_id: int, address: str | None) -> PoolPlace | None:
        """Give a pool's place, or that of the deepest pool where it is not known."""
        places = self._board.places.get(token_id, ())
        known = (place for place in places if place.address == address)
        return next(known, places[0] if places else None)
