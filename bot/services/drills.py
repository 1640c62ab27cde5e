"""Drills by the clock: the newest backups are brought back and proven before they are needed."""

from collections.abc import Sequence
from typing import Protocol

import structlog

from bot.domain.drills import is_drill_due
from bot.domain.errors import Unavailable
from bot.domain.notices import Notice
from bot.ports.clock import Clock
from bot.ports.drills import DrillGround
from bot.ports.mail import Outbox

_log = structlog.get_logger(__name__)


class DrillNotices(Protocol):
    """What admins are told of drills."""

    def drill_failed(self, reason: str) -> Sequence[Notice]:
        """Tell that a backup could not be brought back, and why."""


class Drills:
    """Runs the drills that the operator has given a key for; `days` is the time between two."""

    def __init__(
        self,
        *,
        ground: DrillGround,
        outbox: Outbox,
        clock: Clock,
        notices: DrillNotices,
        days: int,
    ) -> None:
        self._ground = ground
        self._outbox = outbox
        self._clock = clock
        self._notices = notices
        self._days = days
        self._failed_with = ""

    async def run_due(self) -> None:
        """Run a drill where one is due; admins are told once of one that fails.

        Needs no permission: the clock asks. Raises `Unavailable` where there could be no drill.
        """
        if not is_drill_due(await self._ground.last(), self._clock.now(), self._days):
            return
        try:
            drill = await self._ground.run()
        except Unavailable as error:
            await self._tell(error.detail or error.what)
            raise
        _log.info("restore_drilled", is_well=drill.is_well, backups=len(drill.backups))
        if drill.is_well:
            self._failed_with = ""
            return
        failures = [f"{each.name}: {each.failure}" for each in drill.backups if each.failure]
        await self._tell("; ".join(failures) or "there is no backup")

    async def _tell(self, reason: str) -> None:
        if reason != self._failed_with:
            self._failed_with = reason
            await self._outbox.put(self._notices.drill_failed(reason))
