"""Settings of the archive of the database's log."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings


class ArchiveSettings(BaseSettings):
    """A part of `Settings`; only where the database is ours and `BACKUP_RECIPIENTS` names anyone.

    `wait` acknowledges nothing before it is archived, `follow` archives right after.
    """

    archive: Literal["wait", "follow", "off"] = "wait"
    archive_days: int = Field(default=7, ge=1, le=3650)
    archive_base_hours: int = Field(default=24, ge=1, le=720)
    archive_log_kept_mb: int = Field(default=2048, ge=64, le=1_000_000)
    archive_disk_free_mb: int = Field(default=1024, ge=1, le=10_000_000)
