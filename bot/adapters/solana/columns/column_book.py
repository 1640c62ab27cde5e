"""Which pools are priced in columns, and in which row of which class."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from bot.adapters.solana.account_texts import text_of
from bot.adapters.solana.columns.layouts import LAYOUTS
from bot.adapters.solana.columns.pool_class import PoolClass, PoolFacts, WholePool
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.glance import most_of
from bot.domain.errors import UnreadableAccount
from bot.domain.pools.flipped import in_sol
from bot.domain.pools.oriented import OrientedCurve
from bot.domain.pools.reading import PoolKind, PoolReading

Accounts = Mapping[str, AccountBytes]
_Shape = tuple[PoolKind, tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ColumnPlace:
    """Where a pool stands: its class and row, and the accounts that move with it, itself first."""

    pool_class: PoolClass
    row: int
    keys: tuple[str, ...]


class ColumnBook:
    """Takes pools up after they were read whole; `generation` counts changes of who is in them.

    Only pools with SOL on a side that take swaps are here. Others are read one by one.
    """

    def __init__(self) -> None:
        self._classes: dict[_Shape, PoolClass | None] = {}
        self._places: dict[str, ColumnPlace] = {}
        self.generation = 0

    def place(self, pool: str) -> ColumnPlace | None:
        """Give a pool's place, if it ever had one."""
        return self._places.get(pool)

    def is_alive(self, pool: str) -> bool:
        """Tell whether a pool is priced here now."""
        place = self._places.get(pool)
        return place is not None and place.pool_class.is_alive(place.row)

    def drop(self, pool: str) -> None:
        """Have a pool read whole until it is taken up again."""
        place = self._places.get(pool)
        if place is not None and place.pool_class.is_alive(place.row):
            place.pool_class.drop(place.row)
            self.generation += 1

    def take_up(self, read: Iterable[tuple[PoolReading, Accounts]]) -> None:
        """Take up pools that were read whole, each with the accounts that move, itself first."""
        by_class: dict[PoolClass, list[tuple[ColumnPlace, WholePool]]] = {}
        for reading, accounts in read:
            whole = _whole(reading, accounts)
            place = None if whole is None else self._placed(reading, accounts)
            if whole is not None and place is not None:
                by_class.setdefault(place.pool_class, []).append((place, whole))
        for pool_class, members in by_class.items():
            rows = np.array([place.row for place, _ in members], np.intp)
            if pool_class.take_up(rows, [whole for _, whole in members]):
                self.generation += 1

    def _placed(self, reading: PoolReading, accounts: Accounts) -> ColumnPlace | None:
        lengths = tuple(len(account.data) for account in accounts.values())
        pool_class = self._class(reading.kind, lengths)
        if pool_class is None:
            return None
        known, keys = self._places.get(reading.address), tuple(accounts)
        if known is not None and known.pool_class is pool_class and known.keys == keys:
            return known
        self.drop(reading.address)
        place = ColumnPlace(pool_class=pool_class, row=pool_class.add(), keys=keys)
        self._places[reading.address] = place
        return place

    def _class(self, kind: PoolKind, lengths: tuple[int, ...]) -> PoolClass | None:
        shape = (kind, lengths)
        if shape not in self._classes:
            self._classes[shape] = PoolClass.of(kind, lengths)
        return self._classes[shape]


def _whole(reading: PoolReading, accounts: Accounts) -> WholePool | None:
    if reading.halt is not None or reading.kind not in LAYOUTS:
        return None
    try:
        turned = in_sol(reading)
    except UnreadableAccount:
        return None
    curve = turned.curve
    if not isinstance(curve, OrientedCurve):
        return None
    first_most, second_most = most_of(curve.pool)
    return WholePool(
        texts=tuple(map(text_of, accounts.values())),
        owners=tuple(account.owner for account in accounts.values()),
        facts=PoolFacts(
            is_base_first=curve.is_base_first,
            scale=10.0 ** (turned.base_decimals - turned.quote_decimals),
            first_most=float(first_most),
            second_most=float(second_most),
        ),
        price=float(turned.price),
        slot=reading.slot,
    )
