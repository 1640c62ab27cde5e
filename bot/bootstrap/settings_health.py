"""The settings of health, alarms and the admins' daily report, part of `Settings`."""

from pydantic import Field
from pydantic_settings import BaseSettings


class HealthSettings(BaseSettings):
    """From where on a check fails, how often all is looked at, and when admins are told."""

    health_seconds: float = Field(default=5.0, ge=0.05, le=60)
    health_failures: int = Field(default=3, ge=1, le=100)
    health_remind_hours: float = Field(default=6.0, gt=0, le=720)
    health_database_ms: float = Field(default=2000.0, ge=1, le=60_000)
    health_inbox_seconds: float = Field(default=30.0, gt=0, le=86_400)
    health_outbox_seconds: float = Field(default=120.0, gt=0, le=86_400)
    health_price_seconds: float = Field(default=180.0, gt=0, le=86_400)
    health_telegram_seconds: float = Field(default=120.0, gt=0, le=86_400)
    health_disk_free_mb: int = Field(default=500, ge=0, le=1_000_000_000)
    health_clock_seconds: float = Field(default=30.0, gt=0, le=86_400)
    health_backup_hours: float = Field(default=36.0, gt=0, le=8_760)
    health_archive_seconds: float = Field(default=120.0, gt=0, le=86_400)
    health_paused_minutes: float = Field(default=60.0, ge=0, le=43_200)
    health_order_minutes: float = Field(default=10.0, ge=0, le=43_200)
    books_check_seconds: float = Field(default=900.0, ge=0.1, le=604_800)
    admin_report_hour: int = Field(default=6, ge=0, le=23)
    audit_check_hours: float = Field(default=24.0, gt=0, le=8_760)
