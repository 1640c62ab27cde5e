"""Tells admins once that a check fails, again after hours, and once that it is well again."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.domain.errors import Unavailable
from bot.domain.health import Check, Finding
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Permission
from bot.ports.alarms import Alarm, AlarmBook
from bot.ports.clock import Clock
from bot.services.health import Health

_log = structlog.get_logger(__name__)
_GRACE_SECONDS = 60.0
_TOLD_PAST = frozenset({Check.OUTBOX, Check.SENDERS})

SendPast = Callable[[Sequence[Notice]], Awaitable[None]]
"""Sends without the outbox, for when that is what fails; raises nothing."""


class AlarmNotices(Protocol):
    """What admins are told, in the words of their door."""

    def failed(self, finding: Finding, *, is_reminder: bool) -> Sequence[Notice]:
        """Tell that a check fails, since when and why."""

    def recovered(self, check: Check, since: datetime, until: datetime) -> Sequence[Notice]:
        """Tell that it is well again, and how long it was not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRules:
    """In how many looks in a row something has to be so, and after what time it is told again."""

    looks: int = 3
    remind_after: timedelta = timedelta(hours=6)


def _nothing() -> Collection[Check]:
    return ()


class Alarms:
    """Watches the checks; what was told is kept, so that a restart neither repeats nor forgets.

    Whatever fails in the first minute of a process was perhaps not up yet, so it has to have been
    well before, or to fail for longer. `told_elsewhere` are checks that admins hear of already.
    """

    def __init__(
        self,
        *,
        health: Health,
        book: AlarmBook,
        notices: AlarmNotices,
        clock: Clock,
        rules: AlarmRules,
        send_past: SendPast,
        told_elsewhere: Callable[[], Collection[Check]] = _nothing,
    ) -> None:
        self._health = health
        self._book = book
        self._notices = notices
        self._clock = clock
        self._rules = rules
        self._send_past = send_past
        self._told_elsewhere = told_elsewhere
        self._kept: dict[Check, Alarm] = {}
        self._past_outbox: Alarm | None = None
        self._was_well: set[Check] = set()
        self._in_a_row: Counter[tuple[Check, bool]] = Counter()

    def silenced(self) -> dict[Check, datetime]:
        """Give what is silenced now, and until when."""
        now = self._clock.now()
        found = {alarm.check: alarm.silenced_until for alarm in self._kept.values()
                 if alarm.is_silent(now)}  # fmt: skip
        return {check: until for check, until in found.items() if until is not None}

    async def standing(self) -> dict[Check, datetime]:
        """Give what fails since when as far as admins were told, by whichever process.

        Needs no permission: who shows it asks for one. Raises `Unavailable`.
        """
        await self._refresh()
        found = {alarm.check: alarm.failing_since for alarm in self._kept.values()}
        return {check: since for check, since in found.items() if since is not None}

    async def load(self) -> None:
        """Take up what was told before. Needs no permission: asked at the start, and again."""
        self._kept = {alarm.check: alarm for alarm in await self._book.load()}
        for alarm in self._kept.values():
            if alarm.failing_since is not None:
                self._health.remember(alarm.check, alarm.failing_since)

    async def watch(self, among: Collection[Check] = frozenset(Check)) -> None:
        """Look at everything once, and tell what has changed among some checks or all.

        It is asked by the clock.
        """
        for finding in await self._health.read():
            if finding.check not in among or (not finding.figures and not finding.is_ok):
                continue  # another process tells it; or it is from before the start
            self._count(finding)
            if self._in_a_row[finding.check, finding.is_ok] < self._rules.looks:
                continue
            try:
                await (self._settle(finding) if finding.is_ok else self._raise(finding))
            except Unavailable as error:
                await self._tell_past_outbox(finding)
                _log.warning("alarm_not_kept", check=finding.check.value, what=error.what)

    async def silence(
        self,
        request: Request,
        check: Check,
        hours: int,
        answer: Callable[[datetime], Sequence[Notice]],
    ) -> None:
        """Let admins hear nothing of a check for some hours; 0 ends that. It is audited."""
        request.user.require(Permission.OPERATE)
        until = self._clock.now() + timedelta(hours=hours)
        await self._book.silence(request, check, until, answer(until))
        self._kept[check] = replace(self._of(check), silenced_until=until)
        _log.warning("alarm_silenced", check=check.value, hours=hours)

    def _count(self, finding: Finding) -> None:
        if finding.is_ok:
            self._was_well.add(finding.check)
        self._in_a_row[finding.check, finding.is_ok] += 1
        self._in_a_row[finding.check, not finding.is_ok] = 0

    async def _raise(self, finding: Finding) -> None:
        if not self._is_to_raise(finding):
            return
        await self._refresh()
        if not self._is_to_raise(finding):
            return
        alarm, now = self._of(finding.check), self._clock.now()
        is_new, is_quiet = alarm.failing_since is None, self._is_quiet(alarm)
        if is_new:
            _log.error("check_failed", check=finding.check.value, **finding.figures)
        after = replace(
            alarm,
            failing_since=alarm.failing_since or finding.since,
            told_at=None if is_quiet else now,
        )
        told = () if is_quiet else self._notices.failed(finding, is_reminder=not is_new)
        if finding.check not in _TOLD_PAST:
            await self._keep(alarm, after, told)
        elif await self._keep(alarm, after, ()):
            # What would tell of it would wait in the outbox.
            await self._send_past(told)

    def _is_to_raise(self, finding: Finding) -> bool:
        alarm, now = self._of(finding.check), self._clock.now()
        if alarm.failing_since is None:
            is_early = self._health.pulse.up_seconds < _GRACE_SECONDS
            return not is_early or finding.check in self._was_well
        is_due = alarm.told_at is None or now - alarm.told_at >= self._rules.remind_after
        return is_due and not self._is_quiet(alarm)

    def _is_quiet(self, alarm: Alarm) -> bool:
        return alarm.is_silent(self._clock.now()) or alarm.check in self._told_elsewhere()

    async def _settle(self, finding: Finding) -> None:
        if self._failing_since(finding.check) is None:
            return
        await self._refresh()
        since, alarm = self._failing_since(finding.check), self._of(finding.check)
        if since is None:
            return
        was_told = alarm.told_at is not None or self._past_outbox is not None
        is_heard = was_told and not alarm.is_silent(self._clock.now())
        told = self._notices.recovered(finding.check, since, finding.since) if is_heard else ()
        _log.warning("check_recovered", check=finding.check.value, since=since.isoformat())
        await self._keep(alarm, replace(alarm, failing_since=None, told_at=None), told)
        if finding.check is Check.DATABASE:
            self._past_outbox = None

    def _failing_since(self, check: Check) -> datetime | None:
        past = self._past_outbox if check is Check.DATABASE else None
        return (past or self._of(check)).failing_since

    async def _keep(self, before: Alarm, after: Alarm, told: Sequence[Notice]) -> bool:
        """Keep and tell it; false where another process was quicker, which then has told it."""
        is_kept = await self._book.tell(before, after, told)
        if is_kept:
            self._kept[after.check] = after
        return is_kept

    async def _refresh(self) -> None:
        """Hear what other processes told and silenced meanwhile, before anything is told."""
        self._kept |= {alarm.check: alarm for alarm in await self._book.load()}

    async def _tell_past_outbox(self, finding: Finding) -> None:
        """Tell of the database itself where nothing can be queued: once, as far as one knows."""
        if finding.check is not Check.DATABASE or finding.is_ok or self._past_outbox is not None:
            return
        self._past_outbox = Alarm(check=finding.check, failing_since=finding.since)
        if not self._of(finding.check).is_silent(self._clock.now()):
            await self._send_past(self._notices.failed(finding, is_reminder=False))

    def _of(self, check: Check) -> Alarm:
        return self._kept.get(check) or Alarm(check=check)
