"""Prices to be remembered, as columns: the history of a round in one piece."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRows:
    """Prices in SOL per token, and in dollars where those are known, all received at one moment.

    They are remembered to 15 digits: floats hold no more, and a history needs no more. Prices are
    above zero. `source_of` are places in `sources`, the names of what each price comes from.
    """

    token_ids: npt.NDArray[np.int64]
    prices: Floats
    usd: Floats | None
    liquidities: Floats
    slots: npt.NDArray[np.int64]
    sources: tuple[str, ...]
    source_of: npt.NDArray[np.int16]
    received_at: datetime

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.token_ids)
