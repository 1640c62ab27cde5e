"""Goes through every wallet's key, through the signer, and tells of those that are unfit."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog

from bot.domain.live_wallets import FaultyKey, KeyDamaged, KeyFault, MasterKeyMissing, SealedKey
from bot.domain.notices import Notice
from bot.ports.clock import Clock
from bot.ports.key_faults import KeyFaultBook
from bot.ports.live_wallets import BEFORE_ALL, LiveWalletBook

Check = Callable[[SealedKey], Awaitable[None]]
"""Opens a key where keys are opened; raises `KeyDamaged` or `MasterKeyMissing`."""
Pause = Callable[[float], Awaitable[None]]
_KEYS_AT_ONCE = 200
_PAUSE_SECONDS = 0.02
"""Between two keys: whoever wants a signature meanwhile waits for one key, not for all."""
_log = structlog.get_logger(__name__)


class FaultNotices(Protocol):
    """What people are told of keys that are unfit for use."""

    def key_faulty(self, faulty: FaultyKey) -> Sequence[Notice]:
        """Tell owner and admins that nothing can be signed for a wallet, and why."""


class KeyChecks:
    """Finds a key that does not open before somebody needs it; what it finds is told once."""

    def __init__(
        self,
        *,
        book: LiveWalletBook,
        faults: KeyFaultBook,
        check: Check,
        notices: FaultNotices,
        clock: Clock,
        pause: Pause,
    ) -> None:
        self._book = book
        self._faults = faults
        self._check = check
        self._notices = notices
        self._clock = clock
        self._pause = pause

    async def check_all(self) -> int:
        """Check every key; gives how many are unfit. Needs no permission: the clock asks.

        Raises `Unavailable` where the signer or the database does not answer.
        """
        place, unfit = BEFORE_ALL, 0
        while keys := await self._book.keys_after(place, _KEYS_AT_ONCE):
            for key in keys:
                unfit += await self._is_unfit(key)
                await self._pause(_PAUSE_SECONDS)
            place = (keys[-1].user_id, keys[-1].number)
        return unfit

    async def _is_unfit(self, key: SealedKey) -> bool:
        fault = await self._fault_of(key)
        if fault is not None:
            # It may have been sealed anew since it was read, and then this is about no key at all.
            fresh = await self._book.key_of(key.user_id, key.number)
            fault = fault if fresh is None or fresh == key else await self._fault_of(fresh)
        notices = () if fault is None else self._notices.key_faulty(_faulty(key, fault))
        if await self._faults.note(key, fault, self._clock.now(), notices):
            _log.error("wallet_key_checked", user=key.user_id, number=key.number, fault=fault)
        return fault is not None

    async def _fault_of(self, key: SealedKey) -> KeyFault | None:
        try:
            await self._check(key)
        except KeyDamaged as error:
            return error.fault
        except MasterKeyMissing:
            return KeyFault.NO_MASTER_KEY
        return None


def _faulty(key: SealedKey, fault: KeyFault) -> FaultyKey:
    return FaultyKey(
        user_id=key.user_id,
        number=key.number,
        address=key.address,
        key_version=key.key_version,
        fault=fault,
    )
