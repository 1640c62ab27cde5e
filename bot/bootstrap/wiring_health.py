"""Wires what says whether the bot is well, and what proves books and audit log."""

from datetime import timedelta
from pathlib import Path

from bot.adapters.database.admin_reports import PostgresAdminReports
from bot.adapters.database.alarms import PostgresAlarms
from bot.adapters.database.audit_chain import PostgresAuditChain
from bot.adapters.database.health import PostgresHealth
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.adapters.database.mail import OnOutbox
from bot.adapters.disks import FolderDisks
from bot.bootstrap.master_key import AUDIT_SEALS, derived_key, master_key
from bot.bootstrap.news import News
from bot.bootstrap.outside import Outside
from bot.bootstrap.parts import Parts
from bot.bootstrap.roles import ProcessRole, wanted_by
from bot.bootstrap.settings import Settings
from bot.bootstrap.wiring_backups import backup_shelf
from bot.domain.health import Check, HealthLimits
from bot.services.admin_reports import AdminReports
from bot.services.alarms import AlarmNotices, AlarmRules, Alarms
from bot.services.audit_sealing import AuditProof, AuditSealing
from bot.services.backups import Backups
from bot.services.day_tally import DayTally
from bot.services.health import Health
from bot.services.health_looks import HealthLooks, HealthMeans
from bot.services.proofs import Proofs
from bot.services.pulse import Pulse
from bot.services.role_watch import RoleWatch
from bot.services.ticks import Ticks
from bot.services.well_being import WellBeing
from bot.telegram.health_news import PastOutbox

_MISSED_ROUNDS = 3
_TAKE_OVERS = 2
_ROLES = {
    Check.WEB: ProcessRole.WEB,
    Check.WORKERS: ProcessRole.WORKER,
    Check.MARKET: ProcessRole.MARKET,
    Check.SENDERS: ProcessRole.SENDER,
}
_ANSWER_SLACK_SECONDS = 1.0


def wire_health(  # noqa: PLR0917 (one of each)
    settings: Settings,
    parts: Parts,
    ticks: Ticks,
    news: News,
    on_outbox: OnOutbox,
    backups: Backups | None,
    tally: DayTally,
) -> WellBeing:
    """Build it; raises `Unavailable` where the master key cannot be read."""
    outside, limits = parts.outside, _limits(settings)
    shelf = backup_shelf(settings, outside.dsn) if settings.backup_recipients else None
    clock = outside.clock
    book = PostgresHealth(
        outside.pool, clock, most_seconds=limits.database_ms / 1000 + _ANSWER_SLACK_SECONDS
    )
    pulse = Pulse(clock)
    means = HealthMeans(
        book=book,
        board=parts.board,
        chain=outside.chain,
        clock=clock,
        pulse=pulse,
        disks=FolderDisks(_folders(settings)),
        limits=limits,
        default_mints=settings.default_tokens,
        hot=lambda: ticks.followed,
        backups=shelf,
        archive=backups.archive if backups else None,
        signer=outside.live.signer if outside.live else None,
        roles=None if outside.leases is None else _role_watch(outside, book),
        is_redis_away=None if (shared := outside.shared) is None else lambda: shared.line.is_away,
    )
    health = Health(
        looks=HealthLooks(means), pulse=pulse, clock=clock, every_seconds=settings.health_seconds
    )
    return WellBeing(
        pulse=pulse,
        tally=tally,
        health=health,
        alarms=_alarms(settings, outside, health, news.alarmed, on_outbox, backups),
        proofs=_proofs(settings, outside, book, limits),
        reports=AdminReports(
            book=PostgresAdminReports(outside.pool, on_outbox=on_outbox),
            tally=tally,
            backups=shelf,
            notices=news.day_told,
            clock=clock,
            hour=settings.admin_report_hour,
            late_seconds=settings.alert_target_seconds,
        ),
    )


def _limits(settings: Settings) -> HealthLimits:
    # Where prices are read seldom, the time between two rounds is no outage.
    patience = _MISSED_ROUNDS * settings.price_refresh_seconds
    return HealthLimits(
        database_ms=settings.health_database_ms,
        inbox_seconds=settings.health_inbox_seconds,
        outbox_seconds=settings.health_outbox_seconds,
        price_seconds=max(settings.health_price_seconds, patience),
        telegram_seconds=settings.health_telegram_seconds,
        disk_free_mb=settings.health_disk_free_mb,
        clock_seconds=settings.health_clock_seconds,
        backup_hours=settings.health_backup_hours,
        archive_seconds=settings.health_archive_seconds,
        paused_minutes=settings.health_paused_minutes,
        order_minutes=settings.health_order_minutes,
        books_every_seconds=settings.books_check_seconds,
        audit_every_seconds=3600 * settings.audit_check_hours,
        unheld_seconds=_TAKE_OVERS * settings.lease_seconds,
    )


def _role_watch(outside: Outside, book: PostgresHealth) -> RoleWatch:
    wanted = {check: wanted_by(role) for check, role in _ROLES.items()}
    return RoleWatch(book=book, clock=outside.clock, wanted=wanted)


def _alarms(  # noqa: PLR0917 (one of each)
    settings: Settings,
    outside: Outside,
    health: Health,
    notices: AlarmNotices,
    on_outbox: OnOutbox,
    backups: Backups | None,
) -> Alarms:
    return Alarms(
        health=health,
        book=PostgresAlarms(outside.pool, on_outbox=on_outbox),
        notices=notices,
        clock=outside.clock,
        rules=AlarmRules(
            looks=settings.health_failures,
            remind_after=timedelta(hours=settings.health_remind_hours),
        ),
        send_past=PastOutbox(outside.api).send,
        told_elsewhere=lambda: _told_by_backups(backups),
    )


def _told_by_backups(backups: Backups | None) -> set[Check]:
    """Give what those tell who take backups; that an archive is behind or torn, they do not."""
    if backups is None:
        return set()
    is_stopped = backups.archive is not None and bool(backups.archive.health().failure)
    told = {Check.BACKUP: backups.has_failed, Check.ARCHIVE: is_stopped}
    return {check for check, is_told in told.items() if is_told}


def _proofs(
    settings: Settings, outside: Outside, book: PostgresHealth, limits: HealthLimits
) -> Proofs:
    key = derived_key(master_key(settings, may_make=True), AUDIT_SEALS)
    chain = PostgresAuditChain(outside.pool)
    return Proofs(
        book=book,
        ledger=PostgresLedgerAudit(outside.pool, outside.clock),
        audit=AuditProof(chain=chain, key=key),
        sealing=AuditSealing(chain=chain, clock=outside.clock, key=key),
        clock=outside.clock,
        limits=limits,
    )


def _folders(settings: Settings) -> dict[str, Path]:
    folders = {"DATA_DIR": settings.data_dir}
    if settings.log_dir is not None:
        folders["LOG_DIR"] = settings.log_dir
    return folders
