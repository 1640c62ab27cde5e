"""News of emergency stops: receipts of what they closed, the progress, and a word to the admins."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.notices import Notice, Priority
from bot.ports.clock import Clock
from bot.services.stops import StopLine
from bot.services.views import Filled
from bot.telegram.callbacks import Chance, Keys, new_nonce
from bot.telegram.layout import Screen, to_edit, to_send
from bot.telegram.screens import stops
from bot.telegram.screens.receipts import receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class StopNews:
    """Renders what `bot.services.stops` has to tell."""

    clock: Clock
    chance: Chance
    bot_name: str
    admin_ids: Sequence[int]

    def closed(self, user_id: int, filled: Filled) -> Sequence[Notice]:
        """Give the receipt as news for the private chat."""
        nonce = new_nonce(self.clock.now(), self.chance)
        keys = Keys(owner=user_id, nonce=nonce, bot_name=self.bot_name)
        return (to_send(receipt(filled, keys), user_id, priority=Priority.FILL),)

    def progress(self, line: StopLine, left: int) -> Sequence[Notice]:
        """Show how far the closing is, in place of the message that began it."""
        stop = line.stop
        if stop.chat_id is None or stop.message_id is None:
            return ()
        return (to_edit(stops.progress(line, left), stop.chat_id, stop.message_id),)

    def tripped(self, line: StopLine) -> Sequence[Notice]:
        """Tell the admins that the market stopped everybody's entries."""
        return self._to_admins(stops.tripped(line))

    def resumed(self, line: StopLine) -> Sequence[Notice]:
        """Tell the admins that it is over."""
        return self._to_admins(stops.resumed(line))

    def halted(self, line: StopLine) -> Sequence[Notice]:
        """Tell a person that an admin has stopped their trading."""
        return (to_send(stops.halted(line), line.stop.user_id, priority=Priority.FILL),)

    def released(self, line: StopLine) -> Sequence[Notice]:
        """Tell them that it is over."""
        return (to_send(stops.released(line), line.stop.user_id, priority=Priority.FILL),)

    def _to_admins(self, screen: Screen) -> Sequence[Notice]:
        return tuple(
            to_send(screen, admin_id, priority=Priority.FILL) for admin_id in self.admin_ids
        )
