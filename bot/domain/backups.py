"""Backups by name: when each was taken and of which schema, when one is due, and which may go."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MOMENT = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"kitrader-([0-9]{8}T[0-9]{6}Z)-([0-9a-z]{1,32})\.dump\.age", re.ASCII)
KEPT_AT_LEAST = 3


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class BackupName:
    """What a backup is called; `taken_at` is UTC to the second, `schema` the revision in it."""

    taken_at: datetime
    schema: str

    def __str__(self) -> str:
        """Give it as a file's name."""
        return f"kitrader-{self.taken_at.astimezone(UTC):{_MOMENT}}-{self.schema}.dump.age"


def read_backup_name(text: str) -> BackupName | None:
    """Read a file's name; None where it is not that of a backup."""
    found = _NAME.fullmatch(text)
    if found is None:
        return None
    try:
        taken_at = datetime.strptime(found[1], _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None
    return BackupName(taken_at=taken_at, schema=found[2])


def is_due(names: Iterable[BackupName], now: datetime, hour: int) -> bool:
    """Tell whether the night's backup is missing: none since `hour` o'clock UTC last came."""
    last = now.astimezone(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    if last > now:
        last -= timedelta(days=1)
    return all(name.taken_at < last for name in names)


def superfluous(names: Iterable[BackupName], now: datetime, days: int) -> list[BackupName]:
    """Give those older than `days`, but never any of the newest `KEPT_AT_LEAST`.

    A bot that was away for a month, or a clock set far ahead, must not cost the last backups.
    """
    newest_first = sorted(names, reverse=True)
    return [
        name for name in newest_first[KEPT_AT_LEAST:] if now - name.taken_at > timedelta(days=days)
    ]
