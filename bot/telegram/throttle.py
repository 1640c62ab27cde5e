"""Who sends too much is told so once, then met with silence until it calms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.domain.errors import Unavailable
from bot.domain.users import Role, User
from bot.ports.buckets import Buckets, Verdict, Worth
from bot.ports.clock import Clock

__all__ = ["SharedThrottle", "Throttle", "Verdict"]

_TIMES: Mapping[Role, int] = {Role.BASIC: 1, Role.PREMIUM: 2, Role.ADMIN: 5}
_CHAT_TIMES, _ALL_TIMES = 5, 250
_HEAVY_CHAT_TIMES, _HEAVY_ALL_TIMES = 2, 20
_MOST_KEPT = 50_000
_CALM = 0.25
_SECONDS = 60.0


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

    Where several processes admit, each without knowing of the others, a group and everybody have
    an equal part at each; a person is heard by one of them at a time.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        per_minute: int,
        heavy_per_minute: int = 0,
        among: Callable[[], int] = lambda: 1,
    ) -> None:
        self._clock = clock
        self._among = among
        self._per_minute = per_minute
        self._heavy_per_minute = heavy_per_minute
        self._buckets: _Buckets = {}
        self._freed: _Buckets = {}
        self._heavy: _Buckets = {}

    async def asked(self, user: User, chat_id: int, cost: int = 1) -> tuple[Verdict, float]:
        """Do as `admit`, and tell how long a heavy command that is refused has to wait."""
        verdict = self.admit(user, chat_id, cost)
        is_heavy = verdict is Verdict.HEAVY
        return verdict, self.heavy_wait_seconds(user, chat_id, cost) if is_heavy else 0.0

    async def freed(self, user: User) -> bool:
        """Tell whether a button pressed in vain may stop spinning, without a word.

        As often as the person may press, and no more: a flood of presses makes no flood of calls.
        """
        verdict = self._take(self._freed, self._own(user), 1)
        return verdict is Verdict.ADMITTED

    def admit(self, user: User, chat_id: int, cost: int = 1) -> Verdict:
        """Take the cost of a message or press, or refuse it; free of cost is always admitted."""
        if not self._per_minute or not cost:
            return Verdict.ADMITTED
        if self.heavy_wait_seconds(user, chat_id, cost):
            verdict = self._admit(user, chat_id, 1)
            return Verdict.HEAVY if verdict is Verdict.ADMITTED else verdict
        verdict = self._admit(user, chat_id, cost)
        if verdict is Verdict.ADMITTED:
            for one in self._heavy_worths(user, chat_id, cost, self._among()):
                self._filled(self._heavy, one).left -= min(cost, one.most)
        return verdict

    def heavy_wait_seconds(self, user: User, chat_id: int, cost: int) -> float:
        """Tell how long a heavy command has to wait; 0 where it may run now, or is none."""
        waits = [0.0]
        for one in self._heavy_worths(user, chat_id, cost, self._among()):
            lacking = min(cost, one.most) - self._filled(self._heavy, one).left
            waits.append(lacking * _SECONDS / one.most)
        return max(waits)

    def _own(self, user: User) -> Worth:
        return Worth(key=user.user_id, most=self._per_minute * _TIMES[user.role])

    def _plain_worths(self, user: User, chat_id: int, among: int) -> list[Worth]:
        everybody = _part(self._per_minute * _ALL_TIMES, among)
        in_chat = _part(self._per_minute * _CHAT_TIMES, among)
        of_chat = [Worth(key=chat_id, most=in_chat)] if chat_id < 0 else []
        return [self._own(user), *of_chat, Worth(key=0, most=everybody)]

    def _heavy_worths(self, user: User, chat_id: int, cost: int, among: int) -> list[Worth]:
        a_persons = self._heavy_per_minute
        if cost <= 1 or not a_persons:
            return []
        everybody = _part(a_persons * _HEAVY_ALL_TIMES, among)
        in_chat = _part(a_persons * _HEAVY_CHAT_TIMES, among)
        of_chat = [Worth(key=chat_id, most=in_chat)] if chat_id < 0 else []
        mine = Worth(key=user.user_id, most=a_persons * _TIMES[user.role])
        return [mine, *of_chat, Worth(key=0, most=everybody)]

    def _admit(self, user: User, chat_id: int, cost: int) -> Verdict:
        for one in self._plain_worths(user, chat_id, self._among()):
            verdict = self._take(self._buckets, one, cost)
            if verdict is not Verdict.ADMITTED:
                return verdict
        return Verdict.ADMITTED

    def _take(self, buckets: _Buckets, worth: Worth, cost: int) -> Verdict:
        bucket = self._filled(buckets, worth)
        if bucket.is_over and bucket.left < worth.most * _CALM:
            return Verdict.SILENT
        if bucket.left < cost:
            bucket.is_over = True
            return Verdict.TOLD
        bucket.is_over = False
        bucket.left -= cost
        return Verdict.ADMITTED

    def _filled(self, buckets: _Buckets, worth: Worth) -> _Bucket:
        now, most = self._clock.monotonic(), worth.most
        bucket = buckets.get(worth.key)
        if bucket is None:
            if len(buckets) >= _MOST_KEPT:
                buckets.clear()
            bucket = buckets[worth.key] = _Bucket(left=most, at=now)
        bucket.left = min(most, bucket.left + (now - bucket.at) * most / _SECONDS)
        bucket.at = now
        return bucket


def _part(most: int, among: int) -> int:
    return max(1, most // among)


class SharedThrottle(Throttle):
    """One throttle for all processes, in `buckets`; each by itself while those cannot be asked."""

    def __init__(
        self,
        *,
        buckets: Buckets,
        clock: Clock,
        per_minute: int,
        heavy_per_minute: int = 0,
        among: Callable[[], int] = lambda: 1,
    ) -> None:
        super().__init__(
            clock=clock, per_minute=per_minute, heavy_per_minute=heavy_per_minute, among=among
        )
        self._shared = buckets

    async def asked(self, user: User, chat_id: int, cost: int = 1) -> tuple[Verdict, float]:
        """Do as `admit`, and tell how long a heavy command that is refused has to wait."""
        if not self._per_minute or not cost:
            return Verdict.ADMITTED, 0.0
        plain = self._plain_worths(user, chat_id, 1)
        try:
            return await self._shared.admit(plain, self._heavy_worths(user, chat_id, cost, 1), cost)
        except Unavailable:
            return await super().asked(user, chat_id, cost)

    async def freed(self, user: User) -> bool:
        """Tell whether a button pressed in vain may stop spinning, without a word."""
        try:
            return await self._shared.frees(self._own(user))
        except Unavailable:
            return await super().freed(user)
