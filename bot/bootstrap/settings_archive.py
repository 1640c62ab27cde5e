"""Settings of the archive of the database's log, and of drills."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
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
    backup_drill_key: Path | None = None
    backup_drill_days: int = Field(default=30, ge=1, le=365)

    @field_validator("backup_drill_key", mode="before")
    @classmethod
    def _no_key(cls, value: object) -> object:
        return None if value == "" else value
