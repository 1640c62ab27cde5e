"""The usual fail-over: endpoints in turn, the next one after an error, no slots checked."""

import asyncio
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import aiohttp

from bot.adapters.solana.account_batches import AccountsAnswer, pack, read_accounts
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import accounts_needed, read_pool
from bot.domain.errors import Unavailable
from bot.domain.pools.reading import PoolReading
from bot.ports.chain import PoolPlace

_TIMEOUT = aiohttp.ClientTimeout(total=1.0)
_TROUBLE = (aiohttp.ClientError, OSError, ValueError, KeyError, TypeError)


class PlainChain:
    """Reads pools with the same decoders as ours; what differs is whom it asks and believes."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = urls
        self._turn = 0
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT)
        self._known: dict[str, AccountBytes] = {}

    async def __aenter__(self) -> Self:
        """Give the chain."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections."""
        await self._session.close()

    async def read_pools(
        self, places: Sequence[PoolPlace], *, deadline_seconds: float
    ) -> Mapping[str, PoolReading]:
        """Read many pools, and give those that could be."""
        del deadline_seconds
        await self._learn(places)
        groups = [self._group(place.address) for place in places]
        batches = list(pack(groups))
        answers = await asyncio.gather(*(self._ask(batch.keys) for batch in batches))
        return {
            places[index].address: self._read(places[index].address, answer)
            for batch, answer in zip(batches, answers, strict=True)
            if answer is not None
            for index in batch.groups
        }

    async def read_pool(self, place: PoolPlace) -> PoolReading:
        """Read one pool; raises `Unavailable`."""
        await self._learn([place])
        answer = await self._ask(self._group(place.address))
        if answer is None:
            raise Unavailable("Solana RPC")
        return self._read(place.address, answer)

    async def _learn(self, places: Sequence[PoolPlace]) -> None:
        unknown = [(place.address,) for place in places if place.address not in self._known]
        for batch in pack(unknown):
            answer = await self._ask(batch.keys)
            if answer is None:
                raise Unavailable("Solana RPC")
            found = {key: account for key, account in answer.accounts.items() if account}
            self._known.update(found)

    def _group(self, pool: str) -> tuple[str, ...]:
        return (pool, *accounts_needed(pool, self._known[pool]))

    def _read(self, pool: str, answer: AccountsAnswer) -> PoolReading:
        accounts = {key: account for key, account in answer.accounts.items() if account}
        return read_pool(pool, accounts, answer.slot)

    async def _ask(self, keys: Sequence[str]) -> AccountsAnswer | None:
        options = {"commitment": "confirmed", "encoding": "base64"}
        body = {"jsonrpc": "2.0", "id": 1, "method": "getMultipleAccounts"}
        for _ in self._urls:
            self._turn = (self._turn + 1) % len(self._urls)
            try:
                async with self._session.post(
                    self._urls[self._turn], json=body | {"params": [list(keys), options]}
                ) as reply:
                    result = (await reply.json())["result"]
                accounts = read_accounts(result, keys)
                return AccountsAnswer(slot=result["context"]["slot"], accounts=accounts)
            except _TROUBLE:
                continue
        return None
