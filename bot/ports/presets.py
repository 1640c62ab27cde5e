"""What the inside asks of the database for a person's presets."""

from typing import Protocol

from bot.domain.presets import Presets


class PresetShelf(Protocol):
    """A person's presets. Both methods are one transaction and raise `Unavailable`."""

    async def presets(self, user_id: int) -> Presets:
        """Give a person's presets, the usual ones before any choice."""

    async def keep(self, user_id: int, presets: Presets) -> None:
        """Remember a person's presets."""
