"""Wire the night's backup and the archive, where the operator has named whom they are for."""

from pathlib import Path
from typing import Protocol

from bot.adapters.backups.drill_process import DrillProcess
from bot.adapters.backups.sealed_dumps import SealedDumps
from bot.adapters.backups.wal_archive import SealedArchive
from bot.adapters.database.mail import PostgresOutbox
from bot.bootstrap.archive_stream import archive_settings, backup_folder
from bot.bootstrap.outside import Outside
from bot.bootstrap.settings import Settings
from bot.services.archive import Archive, ArchiveNotices
from bot.services.backups import BackupNotices, Backups
from bot.services.drills import DrillNotices, Drills


class AllBackupNotices(BackupNotices, ArchiveNotices, DrillNotices, Protocol):
    """What admins are told of backups of any kind."""


def drill_note(settings: Settings) -> Path:
    """Give where the last drill is noted."""
    return settings.data_dir / "drill.json"


def backup_shelf(settings: Settings, dsn: str) -> SealedDumps:
    """Give the files that backups are; raises `BadRecipientError`."""
    return SealedDumps(
        dsn=dsn, folder=backup_folder(settings), recipients=settings.backup_recipients
    )


def wire_backups(settings: Settings, outside: Outside, notices: AllBackupNotices) -> Backups | None:
    """Build what takes backups; None where they are for nobody."""
    if not settings.backup_recipients:
        return None
    return Backups(
        shelf=backup_shelf(settings, outside.dsn),
        outbox=PostgresOutbox(outside.pool),
        clock=outside.clock,
        notices=notices,
        hour=settings.backup_hour,
        days=settings.backup_days,
        archive=_archive(settings, outside, notices),
        drills=_drills(settings, outside, notices),
    )


def _archive(settings: Settings, outside: Outside, notices: ArchiveNotices) -> Archive | None:
    if outside.archive is None:
        return None
    return Archive(
        files=SealedArchive(archive_settings(settings), outside.archive, outside.clock),
        outbox=PostgresOutbox(outside.pool),
        clock=outside.clock,
        notices=notices,
        days=settings.archive_days,
        base_hours=settings.archive_base_hours,
    )


def _drills(settings: Settings, outside: Outside, notices: DrillNotices) -> Drills | None:
    if settings.backup_drill_key is None:
        return None
    return Drills(
        ground=DrillProcess(key=settings.backup_drill_key, note=drill_note(settings)),
        outbox=PostgresOutbox(outside.pool),
        clock=outside.clock,
        notices=notices,
        days=settings.backup_drill_days,
    )
