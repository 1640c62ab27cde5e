"""All pools of one kind whose accounts are of the same lengths: a row each, priced together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.adapters.solana.account_texts import AccountTexts
from bot.adapters.solana.columns.account_columns import AccountColumns, Rows
from bot.adapters.solana.columns.layouts import LAYOUTS
from bot.adapters.solana.columns.pricing import Flags, Floats, Quoted, Units, Values
from bot.domain.pools.reading import PoolKind

_FIRST_ROOM = 64
_CLOSE = 1e-11  # floats and decoders must agree before a pool is left to the floats


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolFacts:
    """What of a reading stands still: how it is turned, its decimals, what it could pay.

    `scale` turns quote units per base unit into the price, `first_most` and `second_most` bound
    what can come out of each side.
    """

    is_base_first: bool
    scale: float
    first_most: float
    second_most: float

    @property
    def row(self) -> tuple[float, float, float, float]:
        """Give them as a row of numbers."""
        return float(self.is_base_first), self.scale, self.first_most, self.second_most


@dataclass(frozen=True, slots=True, kw_only=True)
class WholePool:
    """A pool that was read whole: the texts and owners of its accounts, and what came of them."""

    texts: tuple[bytes, ...]
    owners: tuple[str, ...]
    facts: PoolFacts
    price: float
    slot: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """The price in the quote, and the quote units to be sold into, of some rows.

    What is not `is_sound` must be read whole: more of it may have changed than that.
    """

    price: Floats
    depth: Floats
    is_sound: Flags


class PoolClass:
    """Rows of pools; a row is taken up again when its pool was read whole."""

    def __init__(self, kind: PoolKind, accounts: Sequence[AccountColumns]) -> None:
        self.kind = kind
        self._accounts = accounts
        self._quote = LAYOUTS[kind].quote
        self._is_bounded = LAYOUTS[kind].is_bounded
        self._count = 0
        self._owners: list[tuple[str, ...]] = []
        self._facts = np.zeros((0, 4), np.float64)
        self._is_alive = np.zeros(0, np.bool_)
        self._slots = np.zeros(0, np.int64)
        self._last = np.zeros(0, np.object_)

    @classmethod
    def of(cls, kind: PoolKind, lengths: Sequence[int]) -> "PoolClass | None":
        """Make the class of a kind with accounts of these lengths; None where it has no columns."""
        layout = LAYOUTS.get(kind)
        if layout is None or len(layout.accounts) != len(lengths):
            return None
        columns = [
            AccountColumns.of(account, length)
            for account, length in zip(layout.accounts, lengths, strict=True)
        ]
        found = [each for each in columns if each is not None]
        return cls(kind, found) if len(found) == len(columns) else None

    def add(self) -> int:
        """Give a new row."""
        row, self._count = self._count, self._count + 1
        if self._count > len(self._slots):
            self._make_room(max(_FIRST_ROOM, 2 * len(self._slots)))
        self._owners.append(())
        return row

    def take_up(self, rows: Rows, pools: Sequence[WholePool]) -> bool:
        """Note how pools look that were just read whole; tells whether that changes who is here.

        Here are those whose price in columns is the one that their decoder found.
        """
        was_alive = self._is_alive[rows]
        columns = [list(each) for each in zip(*(pool.texts for pool in pools), strict=True)]
        owners = [pool.owners for pool in pools]
        for accounts, texts in zip(self._accounts, columns, strict=True):
            accounts.settle(rows, texts)
        for row, pool in zip(rows.tolist(), pools, strict=True):
            self._owners[row] = pool.owners
        self._facts[rows] = [pool.facts.row for pool in pools]
        self._slots[rows] = np.maximum(self._slots[rows], [pool.slot for pool in pools])
        self._is_alive[rows] = True
        glimpse = self.glimpse(rows, columns, owners)
        exact = np.array([pool.price for pool in pools], np.float64)
        is_right = glimpse.is_sound & (np.abs(glimpse.price - exact) <= exact * _CLOSE)
        self._is_alive[rows] = is_right
        return bool((is_right != was_alive).any())

    def drop(self, row: int) -> None:
        """Have a row read whole from now on, until it is taken up again."""
        self._is_alive[row] = False

    def is_alive(self, row: int) -> bool:
        """Tell whether a row's pool is priced here."""
        return bool(self._is_alive[row])

    def last(self, row: int) -> AccountTexts | None:
        """Give the answer that a row was last priced from."""
        found = self._last[row]
        return found if isinstance(found, AccountTexts) else None

    def glimpse(
        self, rows: Rows, texts: Sequence[Sequence[bytes]], owners: Sequence[tuple[str, ...]]
    ) -> Glimpse:
        """Price some rows by the texts of their accounts, a list for each account of the kind.

        Raises `ValueError` where a text is no base64.
        """
        is_sound = self._is_alive[rows].copy()
        known = [self._owners[row] for row in rows.tolist()]
        if known != owners:
            is_sound &= np.array([a == b for a, b in zip(known, owners, strict=True)], np.bool_)
        values: dict[str, Units] = {}
        for columns, each in zip(self._accounts, texts, strict=True):
            fields, is_settled = columns.read(rows, each)
            values.update(fields)
            is_sound &= is_settled
        quoted = self._quote(Values(fields=values, count=len(rows)))
        return self._turned(rows, quoted, is_sound & quoted.is_sound)

    def keep(
        self, rows: Rows, slots: npt.NDArray[np.int64], answers: npt.NDArray[np.object_]
    ) -> Flags:
        """Keep what rows were priced from, where it is no older; tells where that is so."""
        is_newer = slots >= self._slots[rows]
        kept = rows[is_newer]
        self._slots[kept] = slots[is_newer]
        self._last[kept] = answers[is_newer]
        return is_newer

    def _turned(self, rows: Rows, quoted: Quoted, is_sound: Flags) -> Glimpse:
        facts = self._facts[rows]
        is_base_first = facts[:, 0] > 0
        first, second = quoted.first, quoted.second
        if self._is_bounded:
            first, second = np.minimum(first, facts[:, 2]), np.minimum(second, facts[:, 3])
        is_priced = is_sound & (quoted.spot > 0) & np.isfinite(quoted.spot)
        spot = np.where(is_priced, quoted.spot, 1.0)
        price = np.where(is_base_first, spot, 1.0 / spot) * facts[:, 1]
        return Glimpse(
            price=price,
            depth=np.where(is_base_first, second, first),
            is_sound=is_priced & (price > 0) & np.isfinite(price),
        )

    def _make_room(self, rows: int) -> None:
        for columns in self._accounts:
            columns.make_room(rows)
        more = rows - len(self._slots)
        self._facts = np.concatenate([self._facts, np.zeros((more, 4))])
        self._is_alive = np.concatenate([self._is_alive, np.zeros(more, np.bool_)])
        self._slots = np.concatenate([self._slots, np.zeros(more, np.int64)])
        self._last = np.concatenate([self._last, np.full(more, None, np.object_)])
