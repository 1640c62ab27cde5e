"""Remembers how accounts looked at earlier slots, so that a lagging node answers old data."""

from bisect import bisect_right
from collections import defaultdict

from solders.account import Account
from solders.pubkey import Pubkey

KEPT_SLOTS = 1_500


class AccountHistory:
    """Versions of each account by the slot they were written at.

    Slots are whole numbers. A version older than `KEPT_SLOTS` behind the newest write is
    dropped once a later one covers it. `None` stands for an account that was gone. An account
    first written no later than `genesis_until` counts as having been there always.
    """

    def __init__(self, *, genesis_until: int) -> None:
        self._genesis_until = genesis_until
        self._slots: defaultdict[Pubkey, list[int]] = defaultdict(list)
        self._versions: defaultdict[Pubkey, list[Account | None]] = defaultdict(list)

    def record(self, address: Pubkey, slot: int, account: Account | None) -> None:
        """Keep `account` as what stands at `address` from `slot` on."""
        slots, versions = self._slots[address], self._versions[address]
        if slots and slots[-1] == slot:
            versions[-1] = account
            return
        slots.append(slot)
        versions.append(account)
        self._forget_before(slot - KEPT_SLOTS, slots, versions)

    def knows(self, address: Pubkey) -> bool:
        """Tell whether the address was ever written."""
        return bool(self._slots.get(address))

    def at(self, address: Pubkey, slot: int) -> Account | None:
        """Give the account as it stood at `slot`; None if it did not exist then."""
        slots = self._slots.get(address)
        if not slots:
            return None
        index = bisect_right(slots, slot) - 1
        if index < 0 and slots[0] <= self._genesis_until:
            index = 0
        return self._versions[address][index] if index >= 0 else None

    @staticmethod
    def _forget_before(oldest: int, slots: list[int], versions: list[Account | None]) -> None:
        covered = bisect_right(slots, oldest) - 1
        if covered > 0:
            del slots[:covered]
            del versions[:covered]
