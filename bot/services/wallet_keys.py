"""Looks after the keys of wallets: checks them all, and moves them to a newer master key."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from bot.domain.live_wallets import (
    FaultyKey,
    KeyDamaged,
    KeyFault,
    MasterKeyMissing,
    SealedKey,
)
from bot.ports.clock import Clock
from bot.ports.key_vault import KeyVault
from bot.ports.live_wallets import BEFORE_ALL, LiveWalletBook, Place

_KEYS_AT_ONCE = 200
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCheck:
    """How many keys were opened, and those that are unfit for use."""

    checked: int
    faults: tuple[FaultyKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRotation:
    """How many keys were sealed anew, how many are still to be, and those that cannot be."""

    newest: int
    resealed: int
    left: int
    faults: tuple[FaultyKey, ...]


class WalletKeys:
    """The operator's use cases around keys, which only the command line reaches."""

    def __init__(self, *, book: LiveWalletBook, vault: KeyVault, clock: Clock) -> None:
        self._book = book
        self._vault = vault
        self._clock = clock

    async def versions(self) -> Mapping[int, int]:
        """Give how many keys lie under each version. Needs no permission: the operator asks."""
        return await self._book.versions()

    async def check_all(self, at_once: int = _KEYS_AT_ONCE) -> KeyCheck:
        """Open every key and hold it against its address.

        Needs no permission: only the command line reaches it.
        """
        place, checked, faults = BEFORE_ALL, 0, list[FaultyKey]()
        while keys := await self._book.keys_after(place, at_once):
            faults += [fault for key in keys if (fault := self._fault_of(key)) is not None]
            checked, place = checked + len(keys), _place_of(keys[-1])
        return KeyCheck(checked=checked, faults=tuple(faults))

    async def rotate(self, at_once: int = _KEYS_AT_ONCE) -> KeyRotation:
        """Seal every key anew that is not under the newest master key.

        Each batch is one transaction, so it goes on where it was cut off. A key that does not open
        stays as it is and is told of. Needs no permission: only the command line reaches it.
        """
        newest, faults = self._vault.newest_version, list[FaultyKey]()
        place: Place | None = BEFORE_ALL
        resealed = 0

        def reseal(key: SealedKey) -> SealedKey | None:
            try:
                return self._vault.reseal(key)
            except (KeyDamaged, MasterKeyMissing) as error:
                faults.append(_told(key, error))
                return None

        while place is not None:
            batch = await self._book.reseal_after(place, newest, at_once, reseal, self._clock.now())
            resealed, place = resealed + batch.resealed, batch.last
        left = sum(count for version, count in (await self.versions()).items() if version != newest)
        _log.info("wallet_keys_rotated", newest=newest, resealed=resealed, left=left)
        return KeyRotation(newest=newest, resealed=resealed, left=left, faults=tuple(faults))

    def _fault_of(self, key: SealedKey) -> FaultyKey | None:
        try:
            self._vault.check(key)
        except (KeyDamaged, MasterKeyMissing) as error:
            return _told(key, error)
        return None


def _told(key: SealedKey, error: KeyDamaged | MasterKeyMissing) -> FaultyKey:
    fault = error.fault if isinstance(error, KeyDamaged) else KeyFault.NO_MASTER_KEY
    _log.error("wallet_key_faulty", user=key.user_id, number=key.number, fault=fault.value)
    return FaultyKey(
        user_id=key.user_id,
        number=key.number,
        address=key.address,
        key_version=key.key_version,
        fault=fault,
    )


def _place_of(key: SealedKey) -> Place:
    return key.user_id, key.number
