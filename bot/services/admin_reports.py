"""The admins' daily report: a day in sums, told once whatever crashes, and on demand."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, timedelta

from bot.domain.admin_reports import AdminDay, CommandDay, DayCount, StoredDay, command_day
from bot.domain.errors import Unavailable
from bot.domain.notices import Notice
from bot.domain.twins import haircut_of
from bot.domain.users import Permission, User
from bot.ports.admin_reports import AdminReportBook
from bot.ports.backups import BackupShelf
from bot.ports.clock import Clock
from bot.services.day_tally import COMMAND, OUTAGE, REFUSAL, DayTally

_MOST_SHOWN = 5
_LEAST_CALLS = 3
_ONE_DAY = timedelta(days=1)
_KEEP_SECONDS = 30.0

AdminReportNotices = Callable[[AdminDay], Sequence[Notice]]
"""Renders a day for every admin, in the words of their door."""


class AdminReports:
    """Adds a day up and tells it; `hour` is UTC.

    The day is claimed in the transaction that queues the report, so of two jobs at once, or of a
    job that is killed and begun again, one report comes.
    """

    def __init__(
        self,
        *,
        book: AdminReportBook,
        tally: DayTally,
        backups: BackupShelf | None,
        notices: AdminReportNotices,
        clock: Clock,
        hour: int,
        late_seconds: float,
    ) -> None:
        self._book = book
        self._tally = tally
        self._backups = backups
        self._notices = notices
        self._clock = clock
        self._hour = hour
        self._late_seconds = late_seconds
        self._done: date | None = None
        self._keep_at = float("-inf")

    async def send_due(self) -> None:
        """Tell admins of yesterday, once `hour` o'clock UTC has come; asked by the clock."""
        now = self._clock.now().astimezone(UTC)
        day = now.date() - _ONE_DAY
        if now.hour < self._hour or self._done == day:
            return
        # Of a day before anybody came there is nothing to tell.
        if await self._book.began_by(day) and not await self._book.is_told(day):
            await self._keep()
            told = self._notices(await self._day(day))
            await self._book.tell(day, f"job:admin_report:{day}", now, told)
        self._done = day

    async def keep_counts(self) -> None:
        """Add to the day's sums what was counted, twice a minute at most; asked by the clock."""
        now = self._clock.monotonic()
        if now < self._keep_at:
            return
        self._keep_at = now + _KEEP_SECONDS
        await self._keep()

    async def _keep(self) -> None:
        counts = self._tally.take()
        if not counts:
            return
        try:
            await self._book.add_counts(self._clock.now().astimezone(UTC).date(), counts)
        except Unavailable:
            self._tally.give_back(counts)
            raise

    async def view(self, user: User, *, is_yesterday: bool) -> AdminDay:
        """Give yesterday, or today as far as it went."""
        user.require(Permission.OPERATE)
        await self._keep()
        today = self._clock.now().astimezone(UTC).date()
        return await self._day(today - _ONE_DAY if is_yesterday else today)

    async def _day(self, day: date) -> AdminDay:
        stored = await self._book.day(day, late_seconds=self._late_seconds)
        gap = haircut_of(list(await self._book.twins(day)))
        commands = _commands(stored)
        slowest = sorted(commands, key=lambda one: one.p99_ms, reverse=True)
        return AdminDay(
            day=day,
            is_over=day < self._clock.now().astimezone(UTC).date(),
            stored=stored,
            commands=tuple(one for one in slowest if one.count >= _LEAST_CALLS)[:_MOST_SHOWN],
            all_commands=_all_commands(stored),
            refusals=_largest(stored.counts, REFUSAL),
            outages_s=tuple(
                (name, round(milliseconds / 1000))
                for name, milliseconds in _largest(stored.counts, OUTAGE)
            ),
            gap=None if gap is None else gap.median,
            gap_orders=0 if gap is None else gap.orders,
            newest_backup_h=await self._age_of_backup(),
        )

    async def _age_of_backup(self) -> float | None:
        if self._backups is None:
            return None
        try:
            names = await self._backups.kept()
        except Unavailable:
            return None
        ages = [(self._clock.now() - name.taken_at).total_seconds() / 3600 for name in names]
        return min(ages, default=None)


def _commands(stored: StoredDay) -> list[CommandDay]:
    by_name: dict[str, Counter[int]] = {}
    for one in stored.counts:
        if one.topic == COMMAND:
            by_name.setdefault(one.name, Counter())[one.slot] += one.count
    return [command_day(name, slots) for name, slots in by_name.items()]


def _all_commands(stored: StoredDay) -> CommandDay | None:
    slots: Counter[int] = Counter()
    for one in stored.counts:
        if one.topic == COMMAND:
            slots[one.slot] += one.count
    return command_day("", slots) if slots else None


def _largest(counts: Sequence[DayCount], topic: str) -> tuple[tuple[str, int], ...]:
    sums: Counter[str] = Counter()
    for one in counts:
        if one.topic == topic:
            sums[one.name] += one.count
    return tuple(sums.most_common(_MOST_SHOWN))
