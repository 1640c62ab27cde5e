"""What a process read of the market, told to others so that they need not read it as well."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bot.domain.pools.reading import PoolReading


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLines:
    """Tokens of which only the price is told: a row for each, as the board's columns have it."""

    token_ids: npt.NDArray[np.int64]
    prices: npt.NDArray[np.float64]
    liquidities: npt.NDArray[np.float64]
    slots: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int16]

    @classmethod
    def none(cls) -> "PriceLines":
        """Give no line."""
        return cls(
            token_ids=np.zeros(0, np.int64),
            prices=np.zeros(0, np.float64),
            liquidities=np.zeros(0, np.float64),
            slots=np.zeros(0, np.int64),
            kinds=np.zeros(0, np.int16),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPools:
    """A token's pools as they were read, and when."""

    token_id: int
    read_at: datetime
    readings: Sequence[PoolReading]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTold:
    """One round: most tokens as lines, those that people look at with their pools.

    What others are priced through comes first.
    """

    read_at: datetime
    lines: PriceLines
    pools: Sequence[TokenPools]


class RoundsOut(Protocol):
    """Where the process that reads the market tells of it."""

    async def tell(self, told: RoundTold) -> None:
        """Tell of a round; raises `Unavailable`."""


class RoundsIn(Protocol):
    """Where the others hear of it."""

    async def heard(self) -> Sequence[RoundTold]:
        """Wait for the next rounds, and give those that came; raises `Unavailable`."""
