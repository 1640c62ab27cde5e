"""One round of the refresh: read the pools of some tokens, put them on the board, record them."""

import asyncio
import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain.errors import Unavailable
from bot.domain.pools.reading import PoolReading
from bot.ports.books import PriceRow, TokenShelf
from bot.ports.chain import Chain
from bot.ports.clock import Clock
from bot.services.price_board import PriceBoard

_TOKENS_IN_A_SLICE, _MANY_TOKENS = 50, 1_000


@dataclass(slots=True)
class RefreshState:
    """How the refresh is doing, for the status page."""

    last_at: datetime | None = None
    tokens: int = 0
    refreshed: int = 0
    rounds: int = 0
    failures: int = 0
    behind_seconds: float = 0.0
    failure: str = ""


class Refresh:
    """The clock's use cases below a tick, in slices: people are answered meanwhile."""

    def __init__(self, *, board: PriceBoard, chain: Chain, shelf: TokenShelf, clock: Clock) -> None:
        self._board = board
        self._chain = chain
        self._shelf = shelf
        self._clock = clock
        self.state = RefreshState()

    async def round(self, token_ids: Iterable[int], deadline_seconds: float) -> set[int]:
        """Read tokens until a deadline and give those with a new price.

        What was not read in time is left as it was. Raises `Unavailable` if nothing was read.
        """
        known = [token_id for token_id in token_ids if token_id in self._board.tokens]
        # What others are priced through is read with them, and set before them.
        wanted = list(dict.fromkeys((*self._board.middles(known), *known)))
        self.state.tokens = len(self._board.tokens)
        places = [place for token_id in wanted for place in self._board.places[token_id]]
        if not places:
            return set()
        self.state.rounds += 1
        try:
            readings = await self._chain.read_pools(places, deadline_seconds=deadline_seconds)
        except Unavailable as error:
            self.state.failures += 1
            self.state.failure = str(error)
            raise
        now = self._clock.now()
        fresh: list[int] = []
        for some in _slices(wanted):
            fresh += [
                token_id
                for token_id in some
                if self._board.set_price(token_id, self._of(token_id, readings), now)
            ]
            await asyncio.sleep(0)
        self.state.failure = ""
        self.state.last_at = now
        self.state.refreshed = len(fresh)
        await self._record(fresh, now)
        return set(fresh)

    async def _record(self, fresh: Sequence[int], now: datetime) -> None:
        sol_usd = self._board.sol_usd()
        rows: list[PriceRow] = []
        for some in _slices(fresh):
            rows += [self._row(token_id, sol_usd, now) for token_id in some]
            await asyncio.sleep(0)
        await self._shelf.record(rows)

    def _of(self, token_id: int, readings: Mapping[str, PoolReading]) -> list[PoolReading]:
        places = self._board.places[token_id]
        return [readings[place.address] for place in places if place.address in readings]

    def _row(self, token_id: int, sol_usd: Decimal | None, now: datetime) -> PriceRow:
        priced = self._board.priced(token_id)
        assert priced is not None, "a row is made of a token just priced"  # noqa: S101
        price = priced.best.price
        return PriceRow(
            token_id=token_id,
            price=price,
            usd=None if sol_usd is None else price * sol_usd,
            liquidity_lamports=sum(r.curve.depth_quote_units() for r in priced.readings),
            slot=priced.best.slot,
            source=priced.best.kind.value,
            received_at=now,
        )


def _slices(token_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Give the tokens a few at a time: between two slices everybody else has a turn.

    Where they are many, what they left behind is walked in as small portions.
    """
    for start in range(0, len(token_ids), _TOKENS_IN_A_SLICE):
        yield token_ids[start : start + _TOKENS_IN_A_SLICE]
        if len(token_ids) > _MANY_TOKENS:
            gc.collect(0)
