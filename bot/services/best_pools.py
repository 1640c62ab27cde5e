"""The pool that prices each token of a round, as columns."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class BestPools:
    """A row for each token that is priced by columns alone; `tokens` are places in the round.

    `liquidities` are what all pools of the token can be sold for, the rest is of its deepest.
    """

    tokens: npt.NDArray[np.intp]
    prices: Floats
    liquidities: Floats
    slots: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int16]

    def only(self, chosen: npt.NDArray[np.bool_]) -> "BestPools":
        """Give those rows alone."""
        return BestPools(
            tokens=self.tokens[chosen],
            prices=self.prices[chosen],
            liquidities=self.liquidities[chosen],
            slots=self.slots[chosen],
            kinds=self.kinds[chosen],
        )
