"""The settings of processes that share the work over one database, part of `Settings`."""

from pydantic import Field
from pydantic_settings import BaseSettings


class ProcessSettings(BaseSettings):
    """How long what a process holds is its own unless it renews that."""

    lease_seconds: float = Field(default=6.0, ge=1, le=60)
