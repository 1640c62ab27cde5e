"""Knows of a bot in many processes for how long no process has held what one of a role is to."""

from collections.abc import Collection, Mapping

from bot.domain.health import Check, RoleSeen
from bot.ports.clock import Clock
from bot.ports.health import HealthBook


class RoleWatch:
    """Looks for leases without a holder; `wanted` names those of each role that has a check.

    The table tells only what is so now, so the seconds count from this process's first look at it.
    """

    def __init__(
        self, *, book: HealthBook, clock: Clock, wanted: Mapping[Check, Collection[str]]
    ) -> None:
        self._book = book
        self._clock = clock
        self._wanted = wanted
        self._unheld_since: dict[str, float] = {}

    async def look(self) -> Mapping[Check, RoleSeen]:
        """Give how each role is; raises `Unavailable`.

        Needs no permission: it tells nothing of people.
        """
        every = [name for names in self._wanted.values() for name in names]
        unheld, now = await self._book.unheld(every), self._clock.monotonic()
        self._unheld_since = {name: self._unheld_since.get(name, now) for name in unheld}
        return {check: self._seen(names, now) for check, names in self._wanted.items()}

    def _seen(self, names: Collection[str], now: float) -> RoleSeen:
        since = [self._unheld_since[name] for name in names if name in self._unheld_since]
        return RoleSeen(
            wanted=len(names), unheld=len(since), longest_seconds=now - min(since, default=now)
        )
