"""A freeze that a person put on their own account, and the way out of it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFreeze:
    """A freeze of one's own that stands; `due_at` is when it ends, where that was asked for."""

    freeze_id: int
    user_id: int
    frozen_at: datetime
    asked_at: datetime | None = None
    due_at: datetime | None = None
