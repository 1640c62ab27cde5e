"""What the inside has to tell people, rendered by the chat door, in one bundle."""

from collections.abc import Callable
from dataclasses import dataclass
from random import SystemRandom
from typing import TypeVar

from bot.bootstrap.people_wiring import AllNotices
from bot.bootstrap.settings import Settings
from bot.bootstrap.wiring_backups import AllBackupNotices
from bot.ports.clock import Clock
from bot.services.admin_reports import AdminReportNotices
from bot.services.alarms import AlarmNotices
from bot.services.alert_firing import AlertNotices
from bot.services.cleanups import CleanupNotices
from bot.services.gate import GateNotices
from bot.services.graduations import GraduationNotices
from bot.services.liquidations import ShortNotices
from bot.services.live_means import LiveNotices
from bot.services.live_resting_views import LiveRestingNotices
from bot.services.movement_means import MovementNotices
from bot.services.reports import ReportNotice
from bot.services.resting_views import RestingNotices
from bot.services.security_notices import SecurityNotices
from bot.services.stop_notices import StopNotices
from bot.services.suspicions import SuspicionNotices
from bot.services.withdrawal_means import WithdrawalNotices
from bot.telegram.admin_report_news import AdminReportNews
from bot.telegram.alert_notices import FiredAlertNotices
from bot.telegram.backup_news import BackupNews
from bot.telegram.cleanup_news import CleanupNews
from bot.telegram.daily_reports import DailyReportNotices
from bot.telegram.gate_news import GateNews
from bot.telegram.graduation_news import GraduationNews
from bot.telegram.health_news import HealthNews
from bot.telegram.live_news import LiveNews
from bot.telegram.live_resting_news import LiveRestingNews
from bot.telegram.movement_news import MovementNews
from bot.telegram.notices import LiquidationNotices
from bot.telegram.people_news import PeopleNews
from bot.telegram.price_warnings import PriceWarnings
from bot.telegram.private_news import LanguageOf, ModeOf, PrivateNews, on_paper
from bot.telegram.resting_news import RestingNews
from bot.telegram.security_news import SecurityNews
from bot.telegram.stop_notices import StopNews
from bot.telegram.withdrawal_news import WithdrawalNews

Kind = TypeVar("Kind", bound=PrivateNews)


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """Makes each kind of news for private chats; languages and modes are known later."""

    clock: Clock
    bot_name: str
    language_of: LanguageOf
    mode_of: ModeOf = on_paper

    def __call__(self, kind: Callable[..., Kind], **more: object) -> Kind:
        """Make one kind."""
        return kind(
            clock=self.clock,
            chance=SystemRandom(),
            bot_name=self.bot_name,
            language_of=self.language_of,
            mode_of=self.mode_of,
            **more,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """The renderers that services are wired with."""

    liquidated: ShortNotices
    alarmed: AlarmNotices
    day_told: AdminReportNotices
    warnings: SuspicionNotices
    graduated: GraduationNotices
    reported: ReportNotice
    rested: RestingNotices
    alerted: AlertNotices
    stopped: StopNotices
    secured: SecurityNotices
    people: AllNotices
    live: LiveNotices
    live_rested: LiveRestingNotices
    gate: GateNotices
    moved: MovementNotices
    cleaned: CleanupNotices
    backups: AllBackupNotices
    withdrawn: WithdrawalNotices


def news_of(settings: Settings, newsroom: Newsroom) -> News:
    """Make every kind."""
    return News(
        alarmed=newsroom(HealthNews, admin_ids=sorted(settings.admin_ids)),
        day_told=newsroom(AdminReportNews, admin_ids=sorted(settings.admin_ids)),
        liquidated=newsroom(LiquidationNotices),
        warnings=newsroom(PriceWarnings),
        graduated=newsroom(GraduationNews),
        reported=newsroom(DailyReportNotices),
        rested=newsroom(RestingNews),
        alerted=newsroom(FiredAlertNotices),
        stopped=newsroom(StopNews, admin_ids=sorted(settings.admin_ids)),
        secured=newsroom(SecurityNews),
        people=newsroom(PeopleNews),
        live=newsroom(
            LiveNews,
            admin_ids=sorted(settings.admin_ids),
            explorer=settings.explorer_base,
        ),
        live_rested=newsroom(LiveRestingNews),
        gate=newsroom(GateNews, admin_ids=sorted(settings.admin_ids)),
        moved=newsroom(MovementNews, explorer=settings.explorer_base),
        cleaned=newsroom(CleanupNews),
        backups=newsroom(BackupNews, admin_ids=sorted(settings.admin_ids)),
        withdrawn=newsroom(WithdrawalNews),
    )
