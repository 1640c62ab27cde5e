"""Many pools' prices as columns of numbers, for a round that no person looks at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.domain.pools.reading import PoolKind, PoolReading

KINDS = tuple(PoolKind)
"""The kinds by the number that stands for each in a column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolColumns:
    """Pools that take swaps, priced in SOL; one row for each pool that was read.

    `positions` are places in the list of pools that was asked for, in no order. Prices are SOL per
    token, decimals applied, and `depths` lamports that can be sold into: both floats of 53 bits,
    within 1e-12 of what the pool's reading says. `kinds` are places in `KINDS`.
    """

    positions: npt.NDArray[np.intp]
    prices: npt.NDArray[np.float64]
    depths: npt.NDArray[np.float64]
    slots: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int16]

    @classmethod
    def none(cls) -> "PoolColumns":
        """Give columns without a row."""
        return cls(
            positions=np.zeros(0, np.intp),
            prices=np.zeros(0, np.float64),
            depths=np.zeros(0, np.float64),
            slots=np.zeros(0, np.int64),
            kinds=np.zeros(0, np.int16),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolsRead:
    """One round: most pools in columns, the others as readings by address.

    `reading_of` gives a pool of the columns, exact, as it was last read; None where that fails.
    """

    columns: PoolColumns
    readings: Mapping[str, PoolReading]
    reading_of: Callable[[str], PoolReading | None]

    @classmethod
    def nothing(cls) -> "PoolsRead":
        """Give a round in which nothing was asked."""
        return cls(columns=PoolColumns.none(), readings={}, reading_of=lambda _address: None)
