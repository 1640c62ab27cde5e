"""What the inside asks of whoever drills restores."""

from typing import Protocol

from bot.domain.drills import Drill


class DrillGround(Protocol):
    """Brings backups back beside the bot; raises `Unavailable("drill")` where it cannot."""

    async def last(self) -> Drill | None:
        """Give the last drill, by the clock or by hand; None where there was none."""

    async def run(self) -> Drill:
        """Bring the newest backup of each kind back, prove its books, and leave nothing."""
