"""Our refresh, whole: RPC pool, readings, price board, trigger check, price history."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from random import Random

import numpy as np
import numpy.typing as npt

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import open_pool
from bot.adapters.database.shelf import PostgresShelf
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.rpc_settings import EndpointConfig, RpcLimits
from bot.adapters.solana.solana_chain import SolanaChain
from bot.domain.instruments import Token
from bot.ports.chain import PoolPlace
from bot.services.price_board import PriceBoard
from bot.services.refresh import Refresh

_UNLIMITED = RpcLimits(
    requests_per_second=1e6, burst=10**6, method_requests_per_second=1e6, method_burst=10**6
)
_DEADLINE_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The nearest level below and above each token's price, by token id."""

    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]


@dataclass(slots=True, kw_only=True)
class OurRefresh:
    """The product's own parts; token numbers are places in the list of pools."""

    rpc: RpcPool
    board: PriceBoard
    refresh: Refresh

    async def round(self, levels: Levels) -> list[int]:
        """Refresh every token, and give those whose nearest levels were reached.

        Each price is held against the nearest level on either side, as the trigger book does
        before it looks closer.
        """
        fresh = await self.refresh.round(self.board.tokens, _DEADLINE_SECONDS)
        assert len(fresh) == len(self.board.tokens)
        is_off = fresh.prices <= levels.low[fresh.token_ids]
        is_off |= fresh.prices >= levels.high[fresh.token_ids]
        reached: list[int] = fresh.token_ids[is_off].tolist()
        return reached

    async def move(self) -> None:
        """Let every pool go over to its other state."""
        await self.rpc.call("move", ())

    def price(self, token_id: int) -> Decimal:
        """Give a token's price on the board."""
        priced = self.board.priced(token_id)
        assert priced is not None
        return priced.best.price


@asynccontextmanager
async def our_refresh(
    port: int, dsn: str, places: Sequence[PoolPlace]
) -> AsyncIterator[OurRefresh]:
    """Wire the parts that a tick is made of, over two endpoints that are one."""
    endpoint = EndpointConfig(
        url=EndpointConfig.from_url(f"http://127.0.0.1:{port}/").url, limits=_UNLIMITED
    )
    clock, chance = SystemClock(), Random(7)  # noqa: S311 (jitter)
    async with (
        open_pool(dsn) as connections,
        RpcPool([endpoint, endpoint], clock=clock, chance=chance) as rpc,
    ):
        board = PriceBoard()
        for number, place in enumerate(places):
            board.track(_token(number, place), (place,))
        refresh = Refresh(
            board=board,
            chain=SolanaChain(rpc, [], clock),
            shelf=PostgresShelf(connections),
            clock=clock,
        )
        yield OurRefresh(rpc=rpc, board=board, refresh=refresh)


def _token(number: int, place: PoolPlace) -> Token:
    assert place.mint is not None
    return Token(
        token_id=number,
        mint=place.mint,
        symbol=f"B{number}",
        name="B",
        decimals=6,
        program="",
        supply=10**15,
        mint_authority=None,
        freeze_authority=None,
        risks=(),
        symbol_warning="",
    )
