"""Keeps each pool's last reading, so that only what moved is decoded again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.glance import glance
from bot.domain.pools.oriented import OrientedCurve
from bot.domain.pools.reading import Curve, PoolReading
from bot.domain.pools.sides import TwoSidedPool

Fetched = Mapping[str, AccountBytes | None]


@dataclass(frozen=True, slots=True)
class _Kept:
    fetched: Fetched
    reading: PoolReading


class ReadingMemory:
    """Most pools do not trade between two refreshes, and of most that do only the price moves."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def recall(
        self, pool: str, fetched: Fetched, slot: int, whole: Callable[[], TwoSidedPool]
    ) -> PoolReading | None:
        """Give a reading as of `slot` if the last one tells enough, None otherwise.

        `fetched` are the accounts that move. A halted pool is always read anew: its halt may be
        over by time alone. `whole` reads a pool that was only glanced at.
        """
        kept = self._kept.get(pool)
        if kept is None or kept.reading.halt is not None:
            return None
        curve = self._curve(pool, kept, fetched, whole)
        if curve is None:
            return None
        reading = _moved(kept.reading, slot, curve)
        self._kept[pool] = _Kept(fetched, reading)
        return reading

    def keep(self, pool: str, fetched: Fetched, reading: PoolReading) -> None:
        """Keep a reading and the moving accounts that it was made of."""
        self._kept[pool] = _Kept(fetched, reading)

    def last(self, pool: str) -> PoolReading | None:
        """Give the reading that is kept of a pool, if one is."""
        kept = self._kept.get(pool)
        return None if kept is None else kept.reading

    def forget(self, pool: str) -> None:
        """Have a pool read anew the next time; its last reading stays known."""
        kept = self._kept.get(pool)
        if kept is not None:
            self._kept[pool] = _Kept({}, kept.reading)

    def _curve(
        self, pool: str, kept: _Kept, fetched: Fetched, whole: Callable[[], TwoSidedPool]
    ) -> Curve | None:
        curve = kept.reading.curve
        if kept.fetched == fetched:
            return curve
        now, before = fetched.get(pool), kept.fetched.get(pool)
        if now is None or before is None or not len(fetched) == len(kept.fetched) == 1:
            return None
        if not isinstance(curve, OrientedCurve) or now.owner != before.owner:
            return None
        glanced = glance(kept.reading.kind, before.data, now.data, curve.pool, whole)
        if glanced is None:
            return None
        return OrientedCurve(pool=glanced, is_base_first=curve.is_base_first)


def _moved(reading: PoolReading, slot: int, curve: Curve) -> PoolReading:
    # Written out: `dataclasses.replace` takes twice as long, and this runs for every pool.
    return PoolReading(
        address=reading.address,
        kind=reading.kind,
        base_mint=reading.base_mint,
        quote_mint=reading.quote_mint,
        base_decimals=reading.base_decimals,
        quote_decimals=reading.quote_decimals,
        slot=slot,
        curve=curve,
        notes=reading.notes,
    )
