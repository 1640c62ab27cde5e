"""What a round of the refresh brought: the tokens with a new price, and the prices as columns."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bot.services.pool_spans import PoolSpans


@dataclass(frozen=True, kw_only=True, eq=False)
class FreshPrices(AbstractSet[int]):
    """A set of token ids, with the price of each in SOL, in the order of `token_ids`.

    Prices are floats of 53 bits: for comparing many at once. What is done about one token goes by
    the board's reading of it, which is exact. `rows` are the tokens' rows on the board, `whole`
    those that were read pool by pool, and `spans` the pools of all others.
    """

    token_ids: npt.NDArray[np.int64]
    rows: npt.NDArray[np.intp]
    prices: npt.NDArray[np.float64]
    whole: frozenset[int]
    spans: PoolSpans

    def __contains__(self, token_id: object) -> bool:
        """Tell whether a token has a new price."""
        return token_id in self._ids

    def __iter__(self) -> Iterator[int]:
        """Give the tokens' ids."""
        return iter(self.token_ids.tolist())

    def __len__(self) -> int:
        """Count the tokens."""
        return len(self.token_ids)

    @cached_property
    def _ids(self) -> frozenset[int]:
        return frozenset(self.token_ids.tolist())
