"""The daily report to admins, as news for their private chats."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.admin_reports import AdminDay
from bot.domain.notices import Notice, Priority
from bot.telegram.private_news import PrivateNews
from bot.telegram.screens.admin_report import report


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminReportNews(PrivateNews):
    """Implements `bot.services.admin_reports.AdminReportNotices`."""

    admin_ids: Sequence[int]

    def __call__(self, found: AdminDay) -> Sequence[Notice]:
        """Give one message for each admin."""
        return tuple(
            notice
            for admin_id in self.admin_ids
            for notice in self.told(admin_id, lambda keys: report(found, keys), Priority.REPORT)
        )
