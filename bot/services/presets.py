"""A person's presets: what their own buttons offer."""

from bot.domain.presets import Presets
from bot.domain.users import Permission, User
from bot.ports.presets import PresetShelf


class PresetChoices:
    """The use cases of presets."""

    def __init__(self, shelf: PresetShelf) -> None:
        self._shelf = shelf

    async def own(self, user: User) -> Presets:
        """Give the person's presets."""
        user.require(Permission.VIEW_MARKET)
        return await self._shelf.presets(user.user_id)

    async def choose(self, user: User, presets: Presets) -> None:
        """Keep other presets; `Presets` itself has refused what is silly."""
        user.require(Permission.TRADE_PAPER)
        await self._shelf.keep(user.user_id, presets)
