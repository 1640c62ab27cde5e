"""Levels to be armed, as columns: what a start takes up by the million."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.domain.triggers import Gauge, Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerColumns:
    """Triggers of one owner and one gauge, a row each; no number comes twice.

    `keys` are the levels as `bot.engine.trigger_book.search_key` gives them: doubles of 15
    digits, which come back as the decimals that they were. The rest is as in a `Trigger`.
    """

    owner: Owner
    gauge: Gauge
    numbers: npt.NDArray[np.int64]
    token_ids: npt.NDArray[np.int64]
    generations: npt.NDArray[np.int64]
    is_below: npt.NDArray[np.bool_]
    keys: npt.NDArray[np.float64]

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.numbers)
