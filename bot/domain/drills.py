"""What a drill of restores found: which backup came back, how quickly, and if it is right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DrilledBackup:
    """One backup that was brought back beside the bot, and let go again.

    `kind` is archive or dump. `failure` says in English why it could not be proven; empty where
    its books and audit log are right. `reached` is the last commit in it, where that is known.
    """

    kind: str
    name: str
    seconds: float
    transfers: int
    reached: str
    last_order: str
    failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """A drill of the newest backup of each kind that there is."""

    at: datetime
    backups: Sequence[DrilledBackup]

    @property
    def is_well(self) -> bool:
        """Tell whether there was a backup, and each came back whole."""
        return bool(self.backups) and not any(each.failure for each in self.backups)


def is_drill_due(last: Drill | None, now: datetime, days: int) -> bool:
    """Tell whether a drill is missing: none within the last `days`."""
    return last is None or now - last.at >= timedelta(days=days)
