"""News of the clock's door: what a person's day came to, at the hour they chose."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.notices import Notice, Priority
from bot.services.performance_views import PnlReport
from bot.telegram.private_news import PrivateNews
from bot.telegram.screens.reports import daily


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyReportNotices(PrivateNews):
    """Renders a day's report for its owner, as `bot.services.reports` asks for."""

    def __call__(self, user_id: int, report: PnlReport) -> Sequence[Notice]:
        """Give the report as news for the private chat."""
        return self.told(
            user_id, lambda keys: daily(report, keys), Priority.REPORT, mode=report.mode
        )
