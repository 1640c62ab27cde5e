"""What is known of the bot's own health, in one bundle."""

from dataclasses import dataclass

from bot.services.health import Health
from bot.services.proofs import Proofs
from bot.services.pulse import Pulse


@dataclass(frozen=True, slots=True, kw_only=True)
class WellBeing:
    """Signs of life, what they are judged to be, and the proofs of books and audit log."""

    pulse: Pulse
    health: Health
    proofs: Proofs

    async def watch(self) -> None:
        """Look at everything once; asked by the clock."""
        await self.health.read()
