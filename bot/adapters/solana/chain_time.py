"""The chain's own time: when a slot was, and whether the chain falls behind ours."""

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.fields import signed, u64
from bot.adapters.solana.rpc_pool import RpcPool
from bot.domain.errors import UnreadableAccount
from bot.ports.clock import Clock

CLOCK_ACCOUNT = "SysvarC1ock11111111111111111111111111111111"
_CLOCK_BYTES = 40
_SECONDS_PER_SLOT = 0.3  # a guess until two readings tell
_FASTEST, _SLOWEST = 0.05, 2.0
_LATEST_SECOND = 2**33
_FEWEST_SLOTS = 50
_MOST_KEPT = 20


@dataclass(frozen=True, slots=True)
class _Reading:
    slot: int
    unix_seconds: int
    heard_at: float


class ChainTime:
    """Reads the Clock account from time to time, and reckons other slots from it.

    Its seconds are the validators' own, whole and a little vague: good for an age, not for a
    race. Lag is measured against our steady counter, never against the time of day, which may
    be set.
    """

    def __init__(self, rpc: RpcPool, clock: Clock) -> None:
        self._rpc = rpc
        self._clock = clock
        self._readings: deque[_Reading] = deque(maxlen=_MOST_KEPT)
        self._farthest: float | None = None  # chain seconds less ours, at its best

    async def read(self) -> None:
        """Read the chain's time; raises `Unavailable`."""
        answer = await self._rpc.get_multiple_accounts([CLOCK_ACCOUNT])
        account = answer.accounts.get(CLOCK_ACCOUNT)
        try:
            slot, unix_seconds = read_clock(account)
        except UnreadableAccount:
            return
        newest = self._readings[-1] if self._readings else None
        if newest is not None and slot <= newest.slot:
            return
        now = self._clock.monotonic()
        self._readings.append(_Reading(slot, unix_seconds, now))
        ahead = unix_seconds - now
        self._farthest = ahead if self._farthest is None else max(self._farthest, ahead)

    def at(self, slot: int) -> datetime | None:
        """Give when a slot was, within seconds; None before the first reading."""
        if not self._readings or slot <= 0:
            return None
        newest = self._readings[-1]
        seconds = newest.unix_seconds + (slot - newest.slot) * self._seconds_per_slot()
        if not 0 < seconds < _LATEST_SECOND:
            return None
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)

    def lag_seconds(self) -> float:
        """Give how far the chain's time has fallen behind ours since it was nearest to it.

        All nodes that are asked may fall behind together, and then none looks late.
        """
        if not self._readings or self._farthest is None:
            return 0.0
        newest = self._readings[-1]
        return max(0.0, self._farthest - (newest.unix_seconds - newest.heard_at))

    def _seconds_per_slot(self) -> float:
        oldest, newest = self._readings[0], self._readings[-1]
        slots = newest.slot - oldest.slot
        if slots < _FEWEST_SLOTS:
            return _SECONDS_PER_SLOT
        measured = (newest.unix_seconds - oldest.unix_seconds) / slots
        return min(max(measured, _FASTEST), _SLOWEST)


def read_clock(account: AccountBytes | None) -> tuple[int, int]:
    """Give the slot and the unix time of the Clock account; raises `UnreadableAccount`.

    Source: Solana SDK `clock.rs`: slot u64, epoch start i64, epoch u64, leader epoch u64,
    unix timestamp i64.
    """
    if account is None or len(account.data) < _CLOCK_BYTES:
        raise UnreadableAccount("not the Clock account")
    slot, unix_seconds = u64(account.data, 0), signed(account.data, 32, 8)
    if not 0 < unix_seconds < _LATEST_SECOND:
        raise UnreadableAccount("a time out of range")
    return slot, unix_seconds
