"""The last price of every token as columns: what scans many tokens reads these, not readings."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from bot.domain.pools.reading import PoolKind
from bot.ports.price_columns import KINDS
from bot.services.best_pools import BestPools

Rows = npt.NDArray[np.intp]
_FIRST_ROOM = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """One token's last price for lists of many: 15 digits, and nothing to trade on.

    `kind` and `slot` are those of the pool that prices it.
    """

    price: Decimal
    liquidity_lamports: int
    slot: int
    kind: PoolKind
    received_at: datetime
    is_halted: bool


@dataclass(slots=True, kw_only=True)
class TokenColumns:
    """One row a token, in the order in which they were first tracked; a price of 0 is none.

    Prices are SOL per token, `liquidities` the lamports that all its pools can be sold for: both
    floats of 53 bits. `slots` and `kinds` (places in `KINDS`) are those of the pool that prices
    the token, `received` seconds of the clock, and `is_halted` says that it takes no swaps now.
    `is_lazy` marks what has no reading on the board yet: it is decoded when asked for.
    """

    token_ids: npt.NDArray[np.int64]
    prices: npt.NDArray[np.float64]
    liquidities: npt.NDArray[np.float64]
    slots: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int16]
    received: npt.NDArray[np.float64]
    is_halted: npt.NDArray[np.bool_]
    is_lazy: npt.NDArray[np.bool_]
    row_of: dict[int, int]

    @classmethod
    def empty(cls) -> "TokenColumns":
        """Give columns without a token."""
        return cls(
            token_ids=np.zeros(0, np.int64),
            prices=np.zeros(0, np.float64),
            liquidities=np.zeros(0, np.float64),
            slots=np.zeros(0, np.int64),
            kinds=np.zeros(0, np.int16),
            received=np.zeros(0, np.float64),
            is_halted=np.zeros(0, np.bool_),
            is_lazy=np.zeros(0, np.bool_),
            row_of={},
        )

    def add(self, token_id: int) -> None:
        """Give a token a row, if it has none."""
        if token_id in self.row_of:
            return
        row = self.row_of[token_id] = len(self.row_of)
        if row >= len(self.token_ids):
            self._grow(max(_FIRST_ROOM, 2 * row))
        self.token_ids[row] = token_id

    def rows(self, token_ids: Iterable[int]) -> Rows:
        """Give the rows of some tokens that have one."""
        return np.fromiter(map(self.row_of.__getitem__, token_ids), np.intp)

    def put(self, rows: Rows, best: BestPools, received: float) -> None:
        """Note new prices of tokens that have no reading yet."""
        self.prices[rows] = best.prices
        self.liquidities[rows] = best.liquidities
        self.slots[rows] = best.slots
        self.kinds[rows] = best.kinds
        self.received[rows] = received
        self.is_halted[rows] = False
        self.is_lazy[rows] = True

    def put_one(
        self,
        token_id: int,
        *,
        price: float,
        liquidity: float,
        slot: int,
        kind: int,
        received: float,
        is_halted: bool,
    ) -> None:
        """Note the new price of a token that was read whole."""
        row = self.row_of[token_id]
        self.prices[row] = price
        self.liquidities[row] = liquidity
        self.slots[row] = slot
        self.kinds[row] = kind
        self.received[row] = received
        self.is_halted[row] = is_halted
        self.is_lazy[row] = False

    def glimpse(self, token_id: int) -> Glimpse | None:
        """Give a token's row, None where it has no price yet."""
        row = self.row_of.get(token_id)
        if row is None or not self.prices[row] > 0:
            return None
        return Glimpse(
            price=Decimal(f"{self.prices[row]:.15g}"),
            liquidity_lamports=int(self.liquidities[row]),
            slot=int(self.slots[row]),
            kind=KINDS[self.kinds[row]],
            received_at=datetime.fromtimestamp(float(self.received[row]), UTC),
            is_halted=bool(self.is_halted[row]),
        )

    def _grow(self, rows: int) -> None:
        for column in fields(self):
            kept = getattr(self, column.name)
            if isinstance(kept, np.ndarray):
                more = np.zeros(rows - len(kept), kept.dtype)
                setattr(self, column.name, np.concatenate([kept, more]))
