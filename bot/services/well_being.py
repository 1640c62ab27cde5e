"""What is known of the bot's own health, in one bundle."""

from dataclasses import dataclass

from bot.services.alarms import Alarms
from bot.services.health import Health
from bot.services.proofs import Proofs
from bot.services.pulse import Pulse


@dataclass(frozen=True, slots=True, kw_only=True)
class WellBeing:
    """Signs of life, what they are judged to be, who hears of it, and proofs of the books."""

    pulse: Pulse
    health: Health
    alarms: Alarms
    proofs: Proofs

    async def watch(self) -> None:
        """Look at everything once, and tell admins what has changed; asked by the clock."""
        await self.alarms.watch()

    async def look(self) -> None:
        """Look at everything once, asked by the clock; another process tells the admins."""
        await self.health.read()
