"""How loudly a person wants to be told: per kind of alert, and by the hour of their day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.alerts import AlertKind

MINUTES_OF_A_DAY = 24 * 60
MOST_OFFSET_MINUTES = 14 * 60


class Loudness(StrEnum):
    """How an alert arrives: with sound, without, or not at all (kept for the late report)."""

    ON = "on"
    SILENT = "silent"
    OFF = "off"

    def next(self) -> "Loudness":
        """Give the one that a button changes to."""
        order = tuple(Loudness)
        return order[(order.index(self) + 1) % len(order)]


_QUIETER = {Loudness.ON: 0, Loudness.SILENT: 1, Loudness.OFF: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """Minutes of the person's own day from which and to which it is quiet; may cross midnight."""

    from_minute: int
    to_minute: int
    loudness: Loudness = Loudness.SILENT

    def hold(self, minute: int) -> bool:
        """Tell whether a minute of the day lies in them; the last one does not."""
        if self.from_minute <= self.to_minute:
            return self.from_minute <= minute < self.to_minute
        return minute >= self.from_minute or minute < self.to_minute


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """A person's wishes; kinds that they did not change are on, and no hour is quiet.

    `offset_minutes` is how far their clock is ahead of UTC.
    """

    levels: Mapping[AlertKind, Loudness] = field(default_factory=dict)
    quiet: QuietHours | None = None
    offset_minutes: int = 0

    def of(self, kind: AlertKind) -> Loudness:
        """Give how loud a kind is, quiet hours aside."""
        return self.levels.get(kind, Loudness.ON)

    def loudness(self, kind: AlertKind, at: datetime) -> Loudness:
        """Give how an alert of a kind arrives at a moment: the quieter of its two wishes."""
        wish = self.of(kind)
        if self.quiet is None or not self.quiet.hold(self.minute_of_day(at)):
            return wish
        return max(wish, self.quiet.loudness, key=_QUIETER.__getitem__)

    def minute_of_day(self, at: datetime) -> int:
        """Give the minute of the person's day, from 0; `at` is in UTC."""
        theirs = at + timedelta(minutes=self.offset_minutes)
        return theirs.hour * 60 + theirs.minute
