"""One firing of an alert: its moments from the chain to the chat, and why it was late."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain.alert_hours import AlertSettings, Loudness
from bot.domain.alerts import Alert, AlertKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A level that was reached, as it is claimed: which alert, of which generation, and how.

    The moments are those of a `bot.domain.triggers.Crossing`.
    """

    alert_id: int
    generation: int
    level: Decimal
    value: Decimal
    first_value: Decimal
    source_at: datetime | None
    seen_at: datetime
    confirmed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FiredAlert:
    """A claimed alert with what its news needs: the person's wishes and their open position.

    `alert` is as it is after the claim; `is_heard` is false for people who may not be told.
    """

    alert: Alert
    hit: Hit
    fired_at: datetime
    settings: AlertSettings
    held_position: int | None = None
    is_heard: bool = True

    @property
    def loudness(self) -> Loudness:
        """Give how it arrives at the moment when it fired."""
        if not self.is_heard:
            return Loudness.OFF
        return self.settings.loudness(self.alert.condition.kind, self.fired_at)


class LateCause(StrEnum):
    """Which part of the way took longest."""

    CHAIN = "chain"
    CONFIRMATION = "confirmation"
    OURSELVES = "ourselves"
    TELEGRAM = "telegram"
    SWITCHED_OFF = "switched_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """A firing as it is remembered; `sent_at` is None while its message waits, or if it was off."""

    alert_id: int
    kind: AlertKind
    token_id: int | None
    level: Decimal
    value: Decimal
    loudness: Loudness
    source_at: datetime | None
    seen_at: datetime
    confirmed_at: datetime
    fired_at: datetime
    sent_at: datetime | None
    is_given_up: bool = False

    def seconds(self, now: datetime) -> float:
        """Give how long it took from the chain to the chat, or has taken so far."""
        began = self.source_at or self.seen_at
        return max((self._ended(now) - began).total_seconds(), 0.0)

    def parts(self, now: datetime) -> dict[LateCause, float]:
        """Give the seconds that each part of the way took."""
        began = self.source_at or self.seen_at
        stations = (began, self.seen_at, self.confirmed_at, self.fired_at, self._ended(now))
        causes = (
            LateCause.CHAIN,
            LateCause.CONFIRMATION,
            LateCause.OURSELVES,
            LateCause.TELEGRAM,
        )
        return {
            cause: max((after - before).total_seconds(), 0.0)
            for cause, before, after in zip(causes, stations[:-1], stations[1:], strict=True)
        }

    def cause(self, now: datetime) -> LateCause:
        """Name the part that took longest."""
        if self.loudness is Loudness.OFF:
            return LateCause.SWITCHED_OFF
        parts = self.parts(now)
        return max(parts, key=lambda part: parts[part])

    def _ended(self, now: datetime) -> datetime:
        if self.loudness is Loudness.OFF:
            return self.fired_at
        return self.sent_at or now
