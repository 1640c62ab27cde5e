"""A source of pools that lists what the test says, or fails as it says."""

import asyncio
from collections.abc import Sequence

from bot.ports.chain import PoolPlace


class ListedPools:
    """Implements `PairSource`."""

    def __init__(self, *places: PoolPlace, error: Exception | None = None) -> None:
        self._places: Sequence[PoolPlace] = places
        self._error = error
        self.hangs = False

    async def places(self, mint: str) -> list[PoolPlace]:
        assert mint
        if self.hangs:
            await asyncio.Event().wait()
        if self._error is not None:
            raise self._error
        return list(self._places)
