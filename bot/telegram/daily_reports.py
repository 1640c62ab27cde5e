"""News of the clock's door: what a person's day came to, at the hour they chose."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.notices import Notice, Priority
from bot.ports.clock import Clock
from bot.services.performance_views import PnlReport
from bot.telegram.callbacks import Chance, Keys, new_nonce
from bot.telegram.layout import to_send
from bot.telegram.screens.reports import daily


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyReportNotices:
    """Renders a day's report for its owner, as `bot.services.reports` asks for."""

    clock: Clock
    chance: Chance
    bot_name: str

    def __call__(self, user_id: int, report: PnlReport) -> Sequence[Notice]:
        """Give the report as news for the private chat."""
        nonce = new_nonce(self.clock.now(), self.chance)
        keys = Keys(owner=user_id, nonce=nonce, bot_name=self.bot_name)
        return (to_send(daily(report, keys), user_id, priority=Priority.REPORT),)
