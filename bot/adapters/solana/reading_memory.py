"""Keeps each pool's last reading, so that a pool in which nothing moved is not decoded again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.adapters.solana.pools.account import AccountBytes
from bot.domain.pools.reading import PoolReading


@dataclass(frozen=True, slots=True)
class _Kept:
    accounts: Mapping[str, AccountBytes]
    reading: PoolReading


class ReadingMemory:
    """Most pools do not trade between two refreshes: the same bytes give the same reading."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def recall(
        self, pool: str, accounts: Mapping[str, AccountBytes], slot: int
    ) -> PoolReading | None:
        """Give the last reading as of `slot` if every account is as it was, None otherwise.

        A halted pool is always read anew: its halt may be over by time alone.
        """
        kept = self._kept.get(pool)
        if kept is None or kept.reading.halt is not None or kept.accounts != accounts:
            return None
        return replace(kept.reading, slot=slot)

    def keep(self, pool: str, accounts: Mapping[str, AccountBytes], reading: PoolReading) -> None:
        """Keep a reading and the accounts that it was made of."""
        self._kept[pool] = _Kept(accounts, reading)

    def forget(self, pool: str) -> None:
        """Forget a pool."""
        self._kept.pop(pool, None)
