"""Solana as the port `Chain` asks for it: tokens, pools and costs over the RPC pool."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.adapters.solana.chain_time import ChainTime
from bot.adapters.solana.columns.column_book import ColumnBook
from bot.adapters.solana.discovery import Discovery, PairSource
from bot.adapters.solana.hot_pools import HotPools
from bot.adapters.solana.many_pools import ManyPools
from bot.adapters.solana.network_costs import NetworkCostReader, NetworkCostSettings
from bot.adapters.solana.pool_prices import PoolPrices
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.token_facts import TokenFactsReader
from bot.domain.pools.reading import PoolReading
from bot.domain.safety import TokenFacts
from bot.domain.tokens import MintReading
from bot.ports.chain import (
    READ_WITHIN_SECONDS,
    EndpointState,
    NetworkCosts,
    PoolPlace,
    TokenFound,
    WatchedSource,
)
from bot.ports.clock import Clock
from bot.ports.price_columns import PoolsRead


class SolanaChain:
    """Implements `bot.ports.chain.Chain`; the pool of endpoints is closed by who opened it."""

    def __init__(
        self,
        rpc: RpcPool,
        sources: Sequence[PairSource],
        clock: Clock,
        costs: NetworkCostSettings | None = None,
    ) -> None:
        self._rpc = rpc
        book = ColumnBook()
        self._prices = PoolPrices(rpc, clock, book)
        self._many = ManyPools(rpc, clock, self._prices, book)
        self._time = ChainTime(rpc, clock)
        self.sources = tuple(each for each in sources if isinstance(each, WatchedSource))
        self.feed = HotPools(rpc.stream, self._prices)
        self._discovery = Discovery(rpc, self._prices, sources, clock)
        self._facts = TokenFactsReader(rpc, self._prices, clock)
        self._costs = NetworkCostReader(rpc, clock, costs)

    async def find_token(self, mint: str) -> TokenFound | None:
        """Look a mint up; None if there is no mint at this address; raises `Unavailable`."""
        return await self._discovery.find(mint)

    async def read_pools(
        self, places: Sequence[PoolPlace], *, deadline_seconds: float = READ_WITHIN_SECONDS
    ) -> Mapping[str, PoolReading]:
        """Read many pools; those that cannot be read are left out; raises `Unavailable`."""
        return await self._prices.read_pools(places, deadline_seconds=deadline_seconds)

    async def read_round(
        self, places: Sequence[PoolPlace], *, deadline_seconds: float = READ_WITHIN_SECONDS
    ) -> PoolsRead:
        """Read many pools, most of them in columns; raises `Unavailable`."""
        return await self._many.read(places, deadline_seconds=deadline_seconds)

    async def read_pool(self, place: PoolPlace) -> PoolReading:
        """Read one pool for a fill; raises `Unavailable` or `UnreadableAccount`."""
        return await self._prices.read_pool(place)

    async def read_mints(self, mints: Sequence[str]) -> Mapping[str, MintReading]:
        """Read mints now; those that are none are left out; raises `Unavailable`."""
        return await self._facts.mints(mints)

    async def token_facts(self, mint: str, places: Sequence[PoolPlace]) -> TokenFacts | None:
        """Read what a token's safety is judged by; raises `Unavailable`."""
        return await self._facts.read(mint, places)

    async def network_costs(self) -> NetworkCosts:
        """Give today's fees and rents; raises `Unavailable`."""
        return await self._costs.read()

    def endpoints(self) -> Sequence[EndpointState]:
        """Give the present state of each endpoint."""
        return self._rpc.states()

    async def read_time(self) -> None:
        """Read the chain's own time; raises `Unavailable`."""
        await self._time.read()

    def time_of(self, slot: int) -> datetime | None:
        """Give when a slot was, within seconds; None before it was read."""
        return self._time.at(slot)

    def lag_seconds(self) -> float:
        """Give how far the chain's time fell behind ours."""
        return self._time.lag_seconds()

    def best_slot(self) -> int:
        """Give the highest slot seen, 0 before the first answer."""
        return self._rpc.best_slot()
