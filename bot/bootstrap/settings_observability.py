"""The settings of log files, part of `Settings`."""

from pydantic import Field
from pydantic_settings import BaseSettings


class ObservabilitySettings(BaseSettings):
    """How large log files grow, and how long they are kept."""

    log_megabytes: int = Field(default=10, ge=1, le=10_000)
    log_days: int = Field(default=14, ge=1, le=3650)
