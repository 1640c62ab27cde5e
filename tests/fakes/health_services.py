"""The bot's health as the chat door is shown it, made up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.domain.admin_reports import AdminDay, CommandDay, ModeDay, StoredDay
from bot.domain.health import Check, Finding
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Permission, User
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


DAY = AdminDay(
    day=NOON.date(),
    is_over=False,
    stored=StoredDay(
        users=7,
        new_users=1,
        active_users=3,
        modes=(
            ModeDay(mode="paper", fills=4, traders=2, volume_lamports=10**9, fees_lamports=10**6),
        ),
        live_orders={"filled": 1},
        errors=[("KeyError at x.py:1", 2)],
        notices_given_up=1,
        alerts_fired=3,
        alerts_late=1,
        alerts_missed=0,
        counts=[],
        paused_wallets=1,
        proved={},
    ),
    commands=(CommandDay(name="command price", count=3, p50_ms=4.0, p99_ms=9.0),),
    all_commands=CommandDay(name="", count=3, p50_ms=4.0, p99_ms=9.0),
    refusals=(("not_permitted", 2),),
    outages_s=(("prices", 90),),
    gap=Decimal("0.01"),
    gap_orders=1,
    newest_backup_h=5.0,
)


@dataclass(frozen=True, slots=True)
class FakeAdminReports:
    """Stands in for `AdminReports`."""

    services: Counter

    async def view(self, user: User, *, is_yesterday: bool) -> AdminDay:
        self.services._enter(user, Permission.OPERATE)
        return replace(DAY, is_over=is_yesterday)


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeWellBeing:
    """Stands in for `WellBeing`."""

    alarms: FakeAlarms
    reports: FakeAdminReports
