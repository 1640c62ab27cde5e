"""The archive of the database's log: base copies in time, old ones let go, failures told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.domain.archives import Segment, missing, needless_bases
from bot.domain.errors import Unavailable
from bot.domain.notices import Notice
from bot.ports.archive import ChainFiles, LogArchive
from bot.ports.clock import Clock
from bot.ports.mail import Outbox

_log = structlog.get_logger(__name__)
# A restart of the stream is no news.
_GRACE = timedelta(seconds=20)
_LIST_EVERY = timedelta(seconds=60)
_BASE_AGAIN = timedelta(minutes=5)


class ArchiveNotices(Protocol):
    """What admins are told of the archive."""

    def archive_failed(self, reason: str, since: datetime) -> Sequence[Notice]:
        """Tell that nothing is archived since a moment, and why."""

    def archive_back(self, since: datetime) -> Sequence[Notice]:
        """Tell that all is archived again, after a failure that began at a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveHealth:
    """How well the archive would serve now.

    `covered_at` is the moment up to which everything is archived (None: nothing yet), and
    `age_seconds` how long ago that was. `is_awaited`: no acknowledged order can be missing.
    `has_gap`: the log has a hole, or no base copy, so the latest cannot be brought back from it.
    `failure` says why nothing is archived now, in English; empty where all is well.
    """

    covered_at: datetime | None
    age_seconds: float | None
    is_awaited: bool
    has_gap: bool
    base_taken_at: datetime | None
    size_bytes: int
    failure: str


class Archive:
    """Looks after the archive; `days` is how far back any moment can be brought back."""

    def __init__(
        self,
        *,
        files: LogArchive,
        outbox: Outbox,
        clock: Clock,
        notices: ArchiveNotices,
        days: int,
        base_hours: int,
    ) -> None:
        self._files = files
        self._outbox = outbox
        self._clock = clock
        self._notices = notices
        self._days = days
        self._base_every = timedelta(hours=base_hours)
        self._ill_since: datetime | None = None
        self._trouble = ""
        self._is_told = False
        self._chains: Sequence[ChainFiles] = ()
        self._list_at = self._base_at = clock.now()

    async def look_after(self) -> None:
        """Take a base copy if one is due, let go of what no moment needs, tell what fails.

        Needs no permission: the clock asks, every few seconds. Raises `Unavailable` where the
        outbox is away.
        """
        try:
            await self._list()
            await self._take_due()
        except Unavailable as error:
            self._trouble = error.detail or error.what
        await self._tell()

    def health(self) -> ArchiveHealth:
        """Give how it is, without asking anybody.

        Needs no permission: the doors that show it ask for one.
        """
        state, now, chain = self._files.state(), self._clock.now(), self._current()
        base = max(chain.bases, default=None) if chain else None
        age = now - state.covered_at if state.covered_at else None
        return ArchiveHealth(
            covered_at=state.covered_at,
            age_seconds=max(0.0, age.total_seconds()) if age is not None else None,
            is_awaited=state.is_awaited,
            has_gap=chain is None or base is None or bool(missing(chain.segments, base.needs)),
            base_taken_at=base.taken_at if base else None,
            size_bytes=sum(each.size_bytes for each in self._chains),
            failure=state.failure or self._trouble,
        )

    def _current(self) -> ChainFiles | None:
        name = self._files.state().chain
        return next((chain for chain in self._chains if chain.name == name), None)

    async def _list(self) -> None:
        now = self._clock.now()
        if now >= self._list_at or self._current() is None:
            self._chains = await self._files.chains()
            self._list_at = now + _LIST_EVERY

    async def _take_due(self) -> None:
        now = self._clock.now()
        if self._files.state().failure or now < self._base_at or not self._is_base_due(now):
            return
        # Marked before: one that fails is not tried again at once.
        self._base_at = now + _BASE_AGAIN
        name, size_bytes = await self._files.take_base()
        self._base_at, self._trouble = now, ""
        _log.info("base_copy_taken", name=str(name), size_bytes=size_bytes)
        self._chains = await self._files.chains()
        await self._forget(now)
        self._chains = await self._files.chains()

    def _is_base_due(self, now: datetime) -> bool:
        chain = self._current()
        if chain is None:
            return False
        base = max(chain.bases, default=None)
        if base is None or now - base.taken_at >= self._base_every:
            return True
        return bool(missing(chain.segments, base.needs))

    async def _forget(self, now: datetime) -> None:
        chains, current = self._chains, self._files.state().chain
        for number, chain in enumerate(chains):
            if chain.name != current and _is_past(chains[number + 1 :], now, self._days):
                await self._files.drop_chain(chain.name)
                continue
            old = needless_bases(chain.bases, now, self._days)
            for base in old:
                await self._files.drop_base(chain.name, base)
            kept = [base.needs for base in chain.bases if base not in old]
            if old and kept:
                await self._files.drop_segments(chain.name, min(kept, key=_number))

    async def _tell(self) -> None:
        now = self._clock.now()
        reason = self._files.state().failure or self._trouble
        if not reason:
            since, is_told = self._ill_since, self._is_told
            self._ill_since, self._is_told = None, False
            if since is not None and is_told:
                await self._outbox.put(self._notices.archive_back(since))
            return
        self._ill_since = self._ill_since or now
        if not self._is_told and now - self._ill_since >= _GRACE:
            self._is_told = True
            _log.warning("archive_fails", reason=reason)
            await self._outbox.put(self._notices.archive_failed(reason, self._ill_since))


def _is_past(later: Sequence[ChainFiles], now: datetime, days: int) -> bool:
    """Tell whether all moments of the last `days` come from later chains."""
    oldest = min((base.taken_at for chain in later for base in chain.bases), default=None)
    return oldest is not None and oldest <= now - timedelta(days=days)


def _number(segment: Segment) -> int:
    return segment.number
