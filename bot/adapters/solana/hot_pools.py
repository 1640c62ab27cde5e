"""Follows the accounts of hot pools, and tells which pools changed."""

from collections.abc import Sequence

from bot.adapters.solana.account_stream import AccountStream
from bot.adapters.solana.pool_prices import PoolPrices
from bot.ports.chain import PoolPlace


class HotPools:
    """Implements `bot.ports.pool_feed.PoolFeed` over the WebSockets of the RPC pool."""

    def __init__(self, stream: AccountStream, prices: PoolPrices) -> None:
        self._stream = stream
        self._prices = prices
        self._pools: dict[str, frozenset[str]] = {}

    def follow(self, places: Sequence[PoolPlace]) -> None:
        """Follow these pools and no others; those that do not fit in whole are left out."""
        followed: dict[str, set[str]] = {}
        for place in places:
            accounts = self._prices.moving_accounts(place.address)
            added = sum(account not in followed for account in accounts)
            if len(followed) + added > self._stream.most_accounts:
                break
            for account in accounts:
                followed.setdefault(account, set()).add(place.address)
        self._pools = {account: frozenset(pools) for account, pools in followed.items()}
        self._stream.follow(tuple(followed))

    async def changed(self) -> frozenset[str]:
        """Wait until some of the pools changed, and give their addresses."""
        accounts = await self._stream.changed()
        return frozenset(
            pool for account in accounts for pool in self._pools.get(account, frozenset())
        )
