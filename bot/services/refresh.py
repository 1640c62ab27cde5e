"""One round of the refresh: read the pools of some tokens, put them on the board, record them."""

import asyncio
import gc
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from bot.domain.errors import Unavailable
from bot.domain.pools.reading import PoolReading
from bot.ports.books import TokenShelf
from bot.ports.chain import Chain
from bot.ports.clock import Clock
from bot.ports.price_columns import KINDS, PoolsRead
from bot.ports.price_rows import PriceRows
from bot.services.fresh_prices import FreshPrices
from bot.services.price_board import PriceBoard
from bot.services.round_plan import TokenRound, plan_round
from bot.services.token_columns import Rows

_TOKENS_IN_A_SLICE, _MANY_TOKENS = 50, 1_000
_LEAST, _MOST, _MOST_LAMPORTS = 1e-280, 1e280, 1e37
_SOURCES = tuple(kind.value for kind in KINDS)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    asked: list[int]
    generation: int
    tokens: TokenRound


class Refresh:
    """The clock's use cases below a tick, in slices: people are answered meanwhile.

    Tokens all of whose pools come in columns cost no reading here; the others are read pool by
    pool, as somebody who asks would.
    """

    def __init__(self, *, board: PriceBoard, chain: Chain, shelf: TokenShelf, clock: Clock) -> None:
        self._board = board
        self._chain = chain
        self._shelf = shelf
        self._clock = clock
        self._planned: _Planned | None = None
        self.state = RefreshState()

    async def round(
        self, token_ids: Iterable[int], deadline_seconds: float, *, is_recorded: bool = True
    ) -> FreshPrices:
        """Read tokens until a deadline and give those with a new price.

        What was not read in time is left as it was. Raises `Unavailable` if nothing was read.
        """
        tokens = self._plan(list(token_ids))
        self.state.tokens = len(self._board.tokens)
        read = await self._read(tokens, deadline_seconds)
        now = self._clock.now()
        best, spans = tokens.best_of(read.columns)
        rows = tokens.rows[best.tokens]
        await asyncio.sleep(0)
        is_taken = self._board.set_columns(rows, best, read.reading_of, now)
        whole = await self._set_others(tokens, set(best.tokens.tolist()), read, now)
        fresh = np.concatenate([rows[is_taken], self._board.columns.rows(whole)])
        if tokens.places:
            self.state.failure = ""
            self.state.last_at = now
            self.state.refreshed = len(fresh)
        if is_recorded:
            await self._record(fresh, now)
        columns = self._board.columns
        return FreshPrices(
            token_ids=columns.token_ids[fresh],
            rows=fresh,
            prices=columns.prices[fresh],
            whole=frozenset(whole),
            spans=spans,
        )

    def _plan(self, asked: list[int]) -> TokenRound:
        planned, generation = self._planned, self._board.generation
        if planned and planned.generation == generation and planned.asked == asked:
            return planned.tokens
        tokens = plan_round(self._board, asked)
        if len(asked) == len(self._board.tokens):
            self._planned = _Planned(asked=asked, generation=generation, tokens=tokens)
        return tokens

    async def _read(self, tokens: TokenRound, deadline_seconds: float) -> PoolsRead:
        if not tokens.places:
            return PoolsRead.nothing()
        self.state.rounds += 1
        try:
            return await self._chain.read_round(tokens.places, deadline_seconds=deadline_seconds)
        except Unavailable as error:
            self.state.failures += 1
            self.state.failure = str(error)
            raise

    async def _set_others(
        self, tokens: TokenRound, done: set[int], read: PoolsRead, now: datetime
    ) -> list[int]:
        """Set the tokens that are not priced by columns alone, in their order; gives the fresh."""
        if len(done) == len(tokens.ids):
            return []
        in_columns = set(read.columns.positions.tolist())
        fresh: list[int] = []
        for some in _slices([place for place in range(len(tokens.ids)) if place not in done]):
            for place in some:
                token_id = int(tokens.ids[place])
                readings = list(_readings(tokens.pools(place), in_columns, tokens, read))
                if readings and self._board.set_price(token_id, readings, now):
                    fresh.append(token_id)
            await asyncio.sleep(0)
        return fresh

    async def _record(self, rows: Rows, now: datetime) -> None:
        sol_usd, columns = self._board.sol_usd(), self._board.columns
        # A token of 255 decimals may cost what no history holds.
        rows = rows[(columns.prices[rows] > _LEAST) & (columns.prices[rows] < _MOST)]
        prices = columns.prices[rows]
        await self._shelf.record(
            PriceRows(
                token_ids=columns.token_ids[rows],
                prices=prices,
                usd=None if sol_usd is None else prices * float(sol_usd),
                liquidities=np.minimum(columns.liquidities[rows], _MOST_LAMPORTS),
                slots=columns.slots[rows],
                sources=_SOURCES,
                source_of=columns.kinds[rows],
                received_at=now,
            )
        )


def _readings(
    positions: range, in_columns: set[int], tokens: TokenRound, read: PoolsRead
) -> Iterator[PoolReading]:
    for position in positions:
        address = tokens.places[position].address
        reading = read.reading_of(address) if position in in_columns else None
        reading = reading or read.readings.get(address)
        if reading is not None:
            yield reading


def _slices(places: Sequence[int]) -> Iterator[Sequence[int]]:
    """Give a few at a time: between two slices everybody else has a turn.

    Where they are many, what they left behind is walked in as small portions.
    """
    for start in range(0, len(places), _TOKENS_IN_A_SLICE):
        yield places[start : start + _TOKENS_IN_A_SLICE]
        if len(places) > _MANY_TOKENS:
            gc.collect(0)
