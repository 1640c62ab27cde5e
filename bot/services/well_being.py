"""What is known of the bot's own health, in one bundle."""

from dataclasses import dataclass

from bot.domain.health import Check
from bot.services.admin_reports import AdminReports
from bot.services.alarms import Alarms
from bot.services.day_tally import DayTally
from bot.services.health import Health
from bot.services.proofs import Proofs
from bot.services.pulse import Pulse

# What this process alone can know, and what may be so just because there is no market to tell it.
_TOLD_BY_ALL = frozenset({Check.TELEGRAM, Check.WEB, Check.WORKERS, Check.MARKET, Check.SENDERS})


@dataclass(frozen=True, slots=True, kw_only=True)
class WellBeing:
    """Signs of life, what they are judged to be, who hears of it, and proofs of the books."""

    pulse: Pulse
    health: Health
    alarms: Alarms
    proofs: Proofs
    reports: AdminReports
    tally: DayTally

    async def watch(self) -> None:
        """Look at everything once, and tell admins what has changed; asked by the clock."""
        await self.alarms.watch()
        view = self.health.view()
        self.tally.note_outages(view.findings, self.health.every_seconds)
        for name in self.health.resting_endpoints():
            self.tally.note_outage(f"RPC {name}", self.health.every_seconds)
        await self.reports.keep_counts()

    async def look(self) -> None:
        """Look at everything once, asked by the clock, and tell what the market may not.

        All else another process tells the admins, the one that has the market.
        """
        await self.alarms.watch(_TOLD_BY_ALL)
        await self.reports.keep_counts()
