"""What the inside asks of the database about alerts."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.alert_firings import FiredAlert, Firing, Hit
from bot.domain.alert_hours import AlertSettings
from bot.domain.alerts import Alert, Levels, NewAlert
from bot.domain.notices import Notice
from bot.domain.positions import Position
from bot.domain.requests import Request
from bot.ports.trigger_columns import TriggerColumns

AlertAnswer = Callable[[Alert], Sequence[Notice]]
SettingsAnswer = Callable[[AlertSettings], Sequence[Notice]]
Tell = Callable[[Sequence[FiredAlert]], Awaitable[Sequence[Notice | None]]]
"""Renders news, one for each firing or None; asked inside the claim's transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedPosition:
    """An alert on a position that changed since its level was worked out; None once it is over."""

    alert: Alert
    position: Position | None


class AlertBook(Protocol):
    """Alerts as PostgreSQL keeps them. Every method is one transaction; all raise `Unavailable`.

    What a request changes is committed with its answer and the end of its update, once: a
    repeated one raises `Refusal("already_done")`.
    """

    def armed(self) -> AsyncIterator[TriggerColumns]:
        """Give the triggers of all alerts that are watched, some ten thousand at a time."""

    async def of(self, user_id: int) -> Sequence[Alert]:
        """Give a person's armed alerts, snoozed ones too, the oldest first."""

    async def find(self, alert_ids: Sequence[int]) -> Sequence[Alert]:
        """Give those of some alerts that are armed, whosoever they are."""

    async def place(self, request: Request, new: NewAlert, answer: AlertAnswer) -> Alert:
        """Keep a new alert; raises `Refusal("alerts_full")` at the role's cap."""

    async def move(
        self, request: Request, alert_id: int, new: NewAlert, answer: AlertAnswer
    ) -> Alert:
        """Give a person's armed alert another condition; raises `Refusal("unknown_alert")`."""

    async def snooze(
        self, request: Request, alert_id: int, until: datetime | None, answer: AlertAnswer
    ) -> Alert:
        """Watch an alert again only from a moment on, or at once; one that fired is armed anew.

        Raises `Refusal` (`unknown_alert`, `alerts_full`).
        """

    async def cancel(self, request: Request, alert_id: int, answer: AlertAnswer) -> Alert:
        """End a person's alert; raises `Refusal("unknown_alert")`."""

    async def claim(self, hits: Sequence[Hit], at: datetime, tell: Tell) -> Sequence[Alert]:
        """Claim what is still armed in the generation named, and queue its news, all at once.

        Gives the alerts claimed, as they are then: a recurring one is armed anew.
        """

    async def wake(self, now: datetime) -> Sequence[Alert]:
        """End the snoozes whose time has come, and give those alerts."""

    async def moved_positions(self) -> Sequence[MovedPosition]:
        """Give the alerts whose positions changed or ended."""

    async def relevel(self, alert: Alert, levels: Levels, basis: str) -> Alert | None:
        """Give an alert the levels that follow from its position now; None if it changed."""

    async def retire(self, alerts: Sequence[Alert]) -> None:
        """End alerts whose positions are over."""

    async def equity_watchers(self) -> Mapping[int, Sequence[Alert]]:
        """Give the watched alerts on equity, by person."""

    async def firings(self, user_id: int, since: datetime, limit: int) -> Sequence[Firing]:
        """Give a person's firings since a moment, the newest first."""

    async def settings(self, user_id: int) -> AlertSettings:
        """Give how a person wants to be told."""

    async def keep_settings(
        self, request: Request, settings: AlertSettings, answer: SettingsAnswer
    ) -> None:
        """Keep how the asking person wants to be told."""
