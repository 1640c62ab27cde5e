"""What a round asks for: calls of at most 100 accounts, and which rows each answer prices."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.adapters.solana.account_batches import MOST_KEYS
from bot.adapters.solana.columns.account_columns import Rows
from bot.adapters.solana.columns.column_book import ColumnPlace
from bot.adapters.solana.columns.pool_class import PoolClass
from bot.ports.chain import PoolPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPart:
    """The pools of one class in one call.

    `positions` are their places in the list that was asked for; `picks` are, for each account of
    the kind, its place in the answer, pool by pool.
    """

    pool_class: PoolClass
    rows: Rows
    positions: Rows
    picks: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnBatch:
    """One call: its keys, and the pools in it."""

    keys: tuple[str, ...]
    parts: tuple[BatchPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPlan:
    """How to read a list of pools: those in columns by batch, `others` one by one.

    Good as long as the book's generation stays, and until a moment at which accounts that hardly
    ever change are due to be asked for again.
    """

    places: Sequence[PoolPlace]
    batches: tuple[ColumnBatch, ...]
    others: tuple[PoolPlace, ...]
    generation: int
    good_until: float


Member = tuple[int, ColumnPlace]
"""A pool's place in the list that was asked for, and in the columns."""


def batches_of(members: Iterable[Member]) -> Iterator[ColumnBatch]:
    """Pack pools into calls, all accounts of a pool into one; in their order."""
    packed: list[Member] = []
    keys: dict[str, int] = {}
    for position, place in members:
        added = sum(key not in keys for key in place.keys)
        if len(keys) + added > MOST_KEYS:
            yield _batch(keys, packed)
            packed, keys = [], {}
        packed.append((position, place))
        for key in place.keys:
            keys.setdefault(key, len(keys))
    if packed:
        yield _batch(keys, packed)


def _batch(keys: dict[str, int], packed: Sequence[Member]) -> ColumnBatch:
    by_class: dict[PoolClass, list[Member]] = {}
    for position, place in packed:
        by_class.setdefault(place.pool_class, []).append((position, place))
    return ColumnBatch(
        keys=tuple(keys),
        parts=tuple(_part(each, keys, members) for each, members in by_class.items()),
    )


def _part(pool_class: PoolClass, keys: dict[str, int], members: Sequence[Member]) -> BatchPart:
    picks = zip(*([keys[key] for key in place.keys] for _, place in members), strict=True)
    return BatchPart(
        pool_class=pool_class,
        rows=np.array([place.row for _, place in members], np.intp),
        positions=np.array([position for position, _ in members], np.intp),
        picks=tuple(picks),
    )
