"""Open the stream of the embedded database's log into the archive, as the settings mean it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bot.adapters.backups.wal_chain import ServerHand
from bot.adapters.backups.wal_stream import StreamSettings, WalStream
from bot.adapters.database.embedded import superuser_dsn
from bot.adapters.database.embedded_cluster import socket_folder_of
from bot.bootstrap.settings import Settings
from bot.ports.clock import Clock


def backup_folder(settings: Settings) -> Path:
    """Give where backups are kept."""
    return settings.backup_dir or settings.data_dir / "backups"


def archive_folder(backups: Path) -> Path:
    """Give where the archive is within the folder of the backups."""
    return backups / "wal"


def is_archived(settings: Settings) -> bool:
    """Tell whether the log is archived: where the database is ours, and somebody can open it."""
    is_ours = not settings.database_url.get_secret_value()
    return is_ours and bool(settings.backup_recipients) and settings.archive != "off"


def archive_server_settings(settings: Settings) -> Mapping[str, str | None]:
    """Give what an archived server is started with."""
    if not is_archived(settings):
        return {}
    return {
        # Set and unset while it runs, as the archive is well or not.
        "synchronous_standby_names": None,
        "max_slot_wal_keep_size": f"{settings.archive_log_kept_mb}MB",
    }


def archive_settings(settings: Settings) -> StreamSettings:
    """Give where the log comes from and goes to."""
    data = settings.data_dir.expanduser().resolve()
    return StreamSettings(
        superuser_dsn=superuser_dsn(data),
        socket_file=socket_folder_of(data) / ".s.PGSQL.5432",
        data_folder=data,
        folder=archive_folder(backup_folder(settings)).resolve(),
        recipients=settings.backup_recipients,
        waits=settings.archive == "wait",
        least_free_bytes=settings.archive_disk_free_mb * 2**20,
    )


@asynccontextmanager
async def open_archive(settings: Settings, clock: Clock) -> AsyncIterator[WalStream | None]:
    """Give the stream, not yet begun; where there is none to be, the server keeps no log for it.

    At the end what the server has still to send is archived. Raises `Unavailable`.
    """
    if not is_archived(settings):
        if not settings.database_url.get_secret_value():
            await ServerHand(superuser_dsn(settings.data_dir)).forget_slot()
        yield None
        return
    stream = WalStream(archive_settings(settings), clock)
    await stream.release()
    try:
        yield stream
    finally:
        await stream.end()
