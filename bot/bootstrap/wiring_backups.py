"""Wire the night's backup, where the operator has named whom it is sealed for."""

from pathlib import Path

from bot.adapters.backups.sealed_dumps import SealedDumps
from bot.adapters.database.mail import PostgresOutbox
from bot.bootstrap.outside import Outside
from bot.bootstrap.settings import Settings
from bot.services.backups import BackupNotices, Backups


def backup_folder(settings: Settings) -> Path:
    """Give where backups are kept."""
    return settings.backup_dir or settings.data_dir / "backups"


def backup_shelf(settings: Settings, dsn: str) -> SealedDumps:
    """Give the files that backups are; raises `BadRecipientError`."""
    return SealedDumps(
        dsn=dsn, folder=backup_folder(settings), recipients=settings.backup_recipients
    )


def wire_backups(settings: Settings, outside: Outside, notices: BackupNotices) -> Backups | None:
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
    )
