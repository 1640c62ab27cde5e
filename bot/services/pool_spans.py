"""The pools of many tokens side by side, to see which tokens' pools may disagree."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from bot.domain.price_trust import TrustRules

T = TypeVar("T", bound=np.generic)
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_SAME_PASS_SLOTS = 25
_MARGIN = 1e-9  # what is this close is looked at as well


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSpans:
    """Pools token by token, each token's deepest first; `starts` says where each token begins."""

    token_ids: Ints
    starts: npt.NDArray[np.intp]
    prices: Floats
    depths: Floats
    slots: Ints

    def liquidities(self) -> Floats:
        """Give what all pools of each token can be sold for."""
        return self._each(np.add, self.depths)

    def may_be_disputed(self, rules: TrustRules) -> list[int]:
        """Give the tokens whose dispute `find_dispute` has to decide: few, and all that matter.

        Those of one pool are never among them, nor are those all of whose pools with a voice lie
        within the disagreement that is allowed. Pools of different passes are for it to sort.
        """
        if len(self.prices) == len(self.starts):
            return []
        counts = np.diff(self.starts, append=len(self.prices))
        least = np.repeat(self.depths[self.starts], counts) * float(rules.voice_share)
        is_heard = self.depths >= least * (1 - _MARGIN)
        highest = self._each(np.maximum, np.where(is_heard, self.prices, 0.0))
        lowest = self._each(np.minimum, np.where(is_heard, self.prices, np.inf))
        is_wide = highest > lowest * (1 + float(rules.disagreement)) * (1 - _MARGIN)
        oldest, newest = self._each(np.minimum, self.slots), self._each(np.maximum, self.slots)
        is_odd = (counts > 1) & (is_wide | (newest - oldest > _SAME_PASS_SLOTS))
        found: list[int] = self.token_ids[is_odd].tolist()
        return found

    def _each(self, join: np.ufunc, values: npt.NDArray[T]) -> npt.NDArray[T]:
        return join.reduceat(values, self.starts) if len(self.starts) else values[:0]
