"""A source of pools that lists what the test says, or fails as it says."""

import asyncio
from collections.abc import Sequence

from bot.ports.chain import PoolPlace


class ListedPools:
    """Implements `PairSource`."""

    name = "elsewhere"

    def __init__(self, *places: PoolPlace, error: Exception | None = None) -> None:
        self._places: Sequence[PoolPlace] = places
        self.error = error
        self.hangs = False

    async def places(self, mint: str) -> list[PoolPlace]:
        assert mint
        if self.hangs:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        return list(self._places)
