"""The bot's health as the chat door is shown it, made up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.health import Check, Finding
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Permission
from bot.services.health import HealthView
from tests.builders.views import NOON
from tests.fakes.guards import Counter

VIEW = HealthView(
    findings=(
        Finding(check=Check.DATABASE, is_ok=True, since=NOON, figures={"took_ms": 0.4}),
        Finding(
            check=Check.ENDPOINTS,
            is_ok=False,
            since=NOON,
            figures={"endpoints": 2, "resting": 2},
        ),
    ),
    unseen_seconds=1.0,
    is_watched=True,
)


@dataclass(frozen=True, slots=True)
class FakeAlarms:
    """Stands in for `Alarms`."""

    services: Counter

    async def silence(
        self,
        request: Request,
        check: Check,
        hours: int,
        answer: Callable[[datetime], Sequence[Notice]],
    ) -> None:
        self.services._enter(request.user, Permission.OPERATE)
        assert check in Check
        await self.services._commit(request, answer(NOON + timedelta(hours=hours)))


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeWellBeing:
    """Stands in for `WellBeing`."""

    alarms: FakeAlarms
