"""The night's backup: taken when it is missing, old ones let go, a failure told and its end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import structlog

from bot.domain.backups import BackupName, is_due, superfluous
from bot.domain.errors import Unavailable
from bot.domain.notices import Notice
from bot.ports.backups import BackupShelf
from bot.ports.clock import Clock
from bot.ports.mail import Outbox
from bot.services.archive import Archive
from bot.services.drills import Drills

_log = structlog.get_logger(__name__)


class BackupNotices(Protocol):
    """What admins are told of backups."""

    def failed(self, reason: str) -> Sequence[Notice]:
        """Tell that the night's backup could not be taken, and why."""

    def back(self, name: BackupName) -> Sequence[Notice]:
        """Tell that there are backups again."""


class Backups:
    """Takes the backups that the operator has asked for; `hour` is UTC, `days` how long kept.

    `archive` looks after the archive of the database's log, and `drills` prove that all of it can
    be brought back; each is there only where the operator has asked for it.
    """

    def __init__(
        self,
        *,
        shelf: BackupShelf,
        outbox: Outbox,
        clock: Clock,
        notices: BackupNotices,
        hour: int,
        days: int,
        archive: Archive | None = None,
        drills: Drills | None = None,
    ) -> None:
        self.archive = archive
        self.drills = drills
        self._shelf = shelf
        self._outbox = outbox
        self._clock = clock
        self._notices = notices
        self._hour = hour
        self._days = days
        self._has_failed = False

    @property
    def has_failed(self) -> bool:
        """Tell whether the last try came to nothing, which admins know."""
        return self._has_failed

    async def take_due(self) -> None:
        """Take the night's backup if there is none yet.

        Needs no permission: the clock asks. A failure is told to admins once, and tried again at
        the next call; raises `Unavailable` then.
        """
        try:
            now = self._clock.now()
            names = await self._shelf.kept()
            if not is_due(names, now, self._hour):
                return
            name, size_bytes = await self._shelf.take(now)
            for old in superfluous([*names, name], now, self._days):
                await self._shelf.drop(old)
        except Unavailable as error:
            await self._tell_failed(error)
            raise
        _log.info("backup_taken", name=str(name), size_bytes=size_bytes)
        if self._has_failed:
            self._has_failed = False
            await self._outbox.put(self._notices.back(name))

    async def newest_at(self) -> datetime | None:
        """Give when the newest backup was taken, None where there is none; raises `Unavailable`.

        Needs no permission: it tells a moment only.
        """
        return max((name.taken_at for name in await self._shelf.kept()), default=None)

    async def _tell_failed(self, error: Unavailable) -> None:
        if self._has_failed:
            return
        # Marked before it is queued: where the database is away, the log has to do.
        self._has_failed = True
        await self._outbox.put(self._notices.failed(error.detail or error.what))
