"""News of backups, for the admins alone: that one could not be taken, and that it works again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.backups import BackupName
from bot.domain.notices import Notice, Priority
from bot.telegram.layout import Screen, lines
from bot.telegram.private_news import PrivateNews
from bot.telegram.rich_text import Text
from bot.telegram.screens.figures import day_and_time
from bot.words.speech import say


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupNews(PrivateNews):
    """Implements what services/backups.py, archive.py and drills.py have to tell."""

    admin_ids: Sequence[int]

    def failed(self, reason: str) -> Sequence[Notice]:
        """Tell that the night's backup could not be taken."""
        return self._to_admins(
            lambda: Screen(
                text=lines(
                    say("⚠️ Last night's backup could not be taken."),
                    Text(reason),
                    say("I try again every ten minutes and tell you when it works."),
                )
            )
        )

    def back(self, name: BackupName) -> Sequence[Notice]:
        """Tell that there are backups again."""
        return self._to_admins(
            lambda: Screen(
                text=lines(
                    say("✅ The backup works again."),
                    Text(str(name)),
                )
            )
        )

    def archive_failed(self, reason: str, since: datetime) -> Sequence[Notice]:
        """Tell that nothing is archived."""
        return self._to_admins(
            lambda: Screen(
                text=lines(
                    say("⚠️ The archive of the database has stopped."),
                    Text(reason),
                    say(
                        "Trading goes on. What is booked from {since} on is only on this machine.",
                        since=day_and_time(since),
                    ),
                    say("I try again all the time and tell you when it works."),
                )
            )
        )

    def archive_back(self, since: datetime) -> Sequence[Notice]:
        """Tell that everything is archived again."""
        return self._to_admins(
            lambda: Screen(
                text=lines(
                    say("✅ The archive of the database works again."),
                    say("It had stopped at {since}.", since=day_and_time(since)),
                )
            )
        )

    def drill_failed(self, reason: str) -> Sequence[Notice]:
        """Tell that a backup could not be brought back."""
        return self._to_admins(
            lambda: Screen(
                text=lines(
                    say("🔴 A drill failed: a backup could not be brought back."),
                    Text(reason),
                    say("Until it can, take it that there is no backup."),
                )
            )
        )

    def _to_admins(self, screen: Callable[[], Screen]) -> Sequence[Notice]:
        return tuple(
            notice
            for admin_id in self.admin_ids
            for notice in self.told(admin_id, lambda _keys: screen(), Priority.SAFETY)
        )
