"""The use cases of alerts in memory, for tests of the chat door."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from bot.domain.alert_hours import AlertSettings
from bot.domain.alerts import Alert, AlertSide, AlertState, Condition, Levels
from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.requests import Request
from bot.domain.users import Permission, User
from bot.ports.alerts import SettingsAnswer
from bot.services.alert_levels import AlertLine, NotWatched
from bot.services.alerts import LateReport, LineAnswer

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Stage(Protocol):
    """What these need of the other fakes."""

    tokens: tuple[Token, ...]
    alerts_set: dict[int, Alert]
    alert_wishes: list[AlertSettings]

    def _enter(self, user: User, permission: Permission) -> None: ...
    async def _commit(self, request: Request, notices: object) -> None: ...


@dataclass(frozen=True, slots=True)
class FakeAlerts:
    """Knows alerts by the number they were set under; a level is where the person said."""

    stage: Stage

    async def place(
        self, request: Request, token_id: int | None, condition: Condition, answer: LineAnswer
    ) -> None:
        self.stage._enter(request.user, Permission.VIEW_OWN)
        alert_id = len(self.stage.alerts_set) + 1
        await self._keep(request, alert_id, token_id, condition, answer)

    async def edit(
        self, request: Request, alert_id: int, condition: Condition, answer: LineAnswer
    ) -> None:
        before = await self.one(request.user, alert_id)
        await self._keep(request, alert_id, before.alert.token_id, condition, answer)

    async def snooze(self, request: Request, alert_id: int, hours: int, answer: LineAnswer) -> None:
        line = await self.one(request.user, alert_id)
        until = NOON + timedelta(hours=hours) if hours else None
        alert = replace(line.alert, snoozed_until=until)
        self.stage.alerts_set[alert_id] = alert
        await self.stage._commit(request, answer(self._line(alert)))

    async def delete(self, request: Request, alert_id: int, answer: LineAnswer) -> None:
        line = await self.one(request.user, alert_id)
        del self.stage.alerts_set[alert_id]
        await self.stage._commit(request, answer(line))

    async def alerts(self, user: User) -> tuple[AlertLine, ...]:
        self.stage._enter(user, Permission.VIEW_OWN)
        return tuple(map(self._line, self.stage.alerts_set.values()))

    async def one(self, user: User, alert_id: int) -> AlertLine:
        self.stage._enter(user, Permission.VIEW_OWN)
        if alert_id not in self.stage.alerts_set:
            raise Refusal("unknown_alert", number=alert_id)
        return self._line(self.stage.alerts_set[alert_id])

    async def late(self, user: User) -> LateReport:
        self.stage._enter(user, Permission.VIEW_OWN)
        return LateReport(fired=0, late=(), late_count=0, target_seconds=10.0, now=NOON)

    async def settings(self, user: User) -> AlertSettings:
        self.stage._enter(user, Permission.VIEW_OWN)
        return self.stage.alert_wishes[-1] if self.stage.alert_wishes else AlertSettings()

    async def keep_settings(
        self, request: Request, settings: AlertSettings, answer: SettingsAnswer
    ) -> None:
        self.stage._enter(request.user, Permission.VIEW_OWN)
        self.stage.alert_wishes.append(settings)
        await self.stage._commit(request, answer(settings))

    async def _keep(
        self,
        request: Request,
        alert_id: int,
        token_id: int | None,
        condition: Condition,
        answer: LineAnswer,
    ) -> None:
        side = condition.side or AlertSide.ABOVE
        alert = Alert(
            user_id=request.user.user_id,
            alert_id=alert_id,
            condition=replace(condition, side=side),
            side=side,
            token_id=token_id,
            levels=Levels.at(side, condition.level or Decimal("0.03")),
            anchor=Decimal("0.02") if condition.move_bps else None,
            state=AlertState.ARMED,
            generation=0,
            created_at=NOON,
        )
        self.stage.alerts_set[alert_id] = alert
        await self.stage._commit(request, answer(self._line(alert)))

    def _line(self, alert: Alert) -> AlertLine:
        snoozed = NotWatched.SNOOZED if alert.snoozed_until else None
        token = next((t for t in self.stage.tokens if t.token_id == alert.token_id), None)
        return AlertLine(
            alert=alert,
            token=token,
            levels=alert.levels,
            now=Decimal("0.02"),
            distance=Decimal("0.5"),
            asleep=snoozed,
        )
