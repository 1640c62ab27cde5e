"""Who sends too much is told so once, then met with silence until it calms."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from bot.domain.users import Role, User
from bot.ports.clock import Clock

_TIMES: Mapping[Role, int] = {Role.BASIC: 1, Role.PREMIUM: 2, Role.ADMIN: 5}
_CHAT_TIMES, _ALL_TIMES = 5, 250
_HEAVY_CHAT_TIMES, _HEAVY_ALL_TIMES = 2, 20
_MOST_KEPT = 50_000
_CALM = 0.25
_SECONDS = 60.0


class Verdict(Enum):
    """What becomes of a message or a press."""

    ADMITTED = auto()
    TOLD = auto()  # refused, and this once they are told so
    SILENT = auto()
    HEAVY = auto()  # refused with words each time: what is light goes on


@dataclass(slots=True, kw_only=True)
class _Bucket:
    """What is left of a minute's worth at `at`; `is_over` until a quarter of it is back."""

    left: float
    at: float
    is_over: bool = False


_Buckets = dict[int, _Bucket]


class Throttle:
    """Minute's worths that run dry and fill up again: a person's, a group's, and everybody's.

    `per_minute` is a basic person's; premium has twice that and an admin five times. A group has
    five times that, everybody together 250 times. A heavy command is worth several plain ones, and
    is paid out of `heavy_per_minute` besides (0: no such limit), of which a group has twice a
    basic person's and everybody together twenty times: a picture keeps a processor busy for as
    long as hundreds of answers. Admitting costs a few look-ups in memory.
    """

    def __init__(self, *, clock: Clock, per_minute: int, heavy_per_minute: int = 0) -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._heavy_per_minute = heavy_per_minute
        self._buckets: _Buckets = {}
        self._freed: _Buckets = {}
        self._heavy: _Buckets = {}

    def admit(self, user: User, chat_id: int, cost: int = 1) -> Verdict:
        """Take the cost of a message or press, or refuse it; free of cost is always admitted."""
        if not self._per_minute or not cost:
            return Verdict.ADMITTED
        if self.heavy_wait_seconds(user, chat_id, cost):
            verdict = self._admit(user, chat_id, 1)
            return Verdict.HEAVY if verdict is Verdict.ADMITTED else verdict
        verdict = self._admit(user, chat_id, cost)
        if verdict is Verdict.ADMITTED:
            for key, most in self._heavy_worths(user, chat_id, cost):
                self._filled(self._heavy, key, most).left -= min(cost, most)
        return verdict

    def heavy_wait_seconds(self, user: User, chat_id: int, cost: int) -> float:
        """Tell how long a heavy command has to wait; 0 where it may run now, or is none."""
        waits = [0.0]
        for key, most in self._heavy_worths(user, chat_id, cost):
            lacking = min(cost, most) - self._filled(self._heavy, key, most).left
            waits.append(lacking * _SECONDS / most)
        return max(waits)

    def frees(self, user: User) -> bool:
        """Tell whether a button pressed in vain may stop spinning, without a word.

        As often as the person may press, and no more: a flood of presses makes no flood of calls.
        """
        mine = self._per_minute * _TIMES[user.role]
        return self._take(self._freed, user.user_id, mine, 1) is Verdict.ADMITTED

    def _heavy_worths(self, user: User, chat_id: int, cost: int) -> list[tuple[int, int]]:
        a_persons = self._heavy_per_minute
        if cost <= 1 or not a_persons:
            return []
        of_chat = [(chat_id, a_persons * _HEAVY_CHAT_TIMES)] if chat_id < 0 else []
        whole = (0, a_persons * _HEAVY_ALL_TIMES)
        return [(user.user_id, a_persons * _TIMES[user.role]), *of_chat, whole]

    def _admit(self, user: User, chat_id: int, cost: int) -> Verdict:
        mine = self._per_minute * _TIMES[user.role]
        verdict = self._take(self._buckets, user.user_id, mine, cost)
        if verdict is not Verdict.ADMITTED:
            return verdict
        if chat_id < 0:
            verdict = self._take(self._buckets, chat_id, self._per_minute * _CHAT_TIMES, cost)
        if verdict is Verdict.ADMITTED:
            verdict = self._take(self._buckets, 0, self._per_minute * _ALL_TIMES, cost)
        return verdict

    def _take(self, buckets: _Buckets, key: int, most: int, cost: int) -> Verdict:
        bucket = self._filled(buckets, key, most)
        if bucket.is_over and bucket.left < most * _CALM:
            return Verdict.SILENT
        if bucket.left < cost:
            bucket.is_over = True
            return Verdict.TOLD
        bucket.is_over = False
        bucket.left -= cost
        return Verdict.ADMITTED

    def _filled(self, buckets: _Buckets, key: int, most: int) -> _Bucket:
        now = self._clock.monotonic()
        bucket = buckets.get(key)
        if bucket is None:
            if len(buckets) >= _MOST_KEPT:
                buckets.clear()
            bucket = buckets[key] = _Bucket(left=most, at=now)
        bucket.left = min(most, bucket.left + (now - bucket.at) * most / _SECONDS)
        bucket.at = now
        return bucket
