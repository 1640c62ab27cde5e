"""Daily reports: at an hour that people choose, each day once."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.domain.daily_reports import ReportHour
from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.performance import Span
from bot.domain.users import Mode, Permission, User
from bot.ports.clock import Clock
from bot.ports.reports import DueReport, ReportBook
from bot.services.performance import Performance
from bot.services.performance_views import PnlReport

_BATCH, _AT_ONCE = 100, 8
_TOO_LATE = timedelta(hours=6)

ReportNotice = Callable[[int, PnlReport], Sequence[Notice]]
"""Renders a report for a user's private chat, in the words of its door."""
ModeOf = Callable[[int], Mode]
"""Gives the mode that a person is in: their report is of that one."""


class Reports:
    """The use cases around a person's daily report."""

    def __init__(
        self,
        *,
        book: ReportBook,
        performance: Performance,
        clock: Clock,
        notice: ReportNotice,
        mode_of: ModeOf,
    ) -> None:
        self._book = book
        self._performance = performance
        self._clock = clock
        self._notice = notice
        self._mode_of = mode_of

    async def hour(self, user: User) -> ReportHour | None:
        """Give a person's hour; None where they want no reports."""
        user.require(Permission.VIEW_OWN)
        return await self._book.hour(user.user_id)

    async def choose(self, user: User, hour: int, offset_minutes: int | None) -> ReportHour:
        """Send a person's report at an hour; without a distance from UTC, theirs as they told it.

        What they told for their alerts counts too, and what they tell here counts there.
        """
        user.require(Permission.VIEW_OWN)
        if offset_minutes is None:
            offset_minutes = await self._book.offset_minutes(user.user_id)
        chosen = ReportHour(hour=hour, offset_minutes=offset_minutes)
        await self._book.keep(user.user_id, chosen, chosen.next_after(self._clock.now()))
        return chosen

    async def stop(self, user: User) -> bool:
        """Send no more reports; tells whether there were any."""
        user.require(Permission.VIEW_OWN)
        return await self._book.drop(user.user_id)

    async def send_due(self) -> None:
        """Queue the reports whose hour has come; asked by the clock.

        One that is more than six hours late, after an outage, waits for its next day. One that
        fails is tried again at the next minute, and holds up nobody else's.
        """
        failures: list[BaseException] = []
        while due := await self._book.due(self._clock.now(), _BATCH):
            for first in range(0, len(due), _AT_ONCE):
                some = due[first : first + _AT_ONCE]
                found = await asyncio.gather(*map(self._send, some), return_exceptions=True)
                failures += [one for one in found if one is not None]
            if len(due) < _BATCH or failures:
                break
        if failures:
            raise failures[0]

    async def _send(self, due: DueReport) -> None:
        now = self._clock.now()
        notices: Sequence[Notice] = ()
        if now - due.due_at <= _TOO_LATE and _may_look(due.user):
            mode = self._mode_of(due.user.user_id)
            report = await self._performance.report(due.user.user_id, mode, Span.DAY)
            notices = self._notice(due.user.user_id, report)
        await self._book.done(due, due.hour.next_after(now), notices)


def _may_look(user: User) -> bool:
    try:
        user.require(Permission.VIEW_OWN)
    except Refusal:
        return False
    return True
