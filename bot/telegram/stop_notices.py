"""News of emergency stops: receipts of what they closed, the progress, and a word to the admins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.domain.notices import Notice, Priority
from bot.services.stop_notices import StopLine
from bot.services.views import Filled
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, to_edit
from bot.telegram.private_news import PrivateNews
from bot.telegram.screens import stops
from bot.telegram.screens.receipts import receipt
from bot.words.speech import speaking


@dataclass(frozen=True, slots=True, kw_only=True)
class StopNews(PrivateNews):
    """Renders what `bot.services.stops` has to tell."""

    admin_ids: Sequence[int]

    def closed(self, user_id: int, filled: Filled) -> Sequence[Notice]:
        """Give the receipt as news for the private chat."""
        return self.told(
            user_id, lambda keys: receipt(filled, keys), Priority.FILL, mode=filled.mode
        )

    def progress(self, line: StopLine, left: int) -> Sequence[Notice]:
        """Show how far the closing is, in place of the message that began it."""
        stop = line.stop
        if stop.chat_id is None or stop.message_id is None:
            return ()
        with speaking(self.language_of(stop.chat_id)):
            return (
                to_edit(
                    stops.progress(line, left, self.mode_of(stop.chat_id)),
                    stop.chat_id,
                    stop.message_id,
                ),
            )

    def tripped(self, line: StopLine) -> Sequence[Notice]:
        """Tell the admins that the market stopped everybody's entries."""
        return self._to_admins(lambda keys: stops.tripped(line, keys))

    def resumed(self, line: StopLine) -> Sequence[Notice]:
        """Tell the admins that it is over."""
        return self._to_admins(lambda keys: stops.resumed(line, keys, is_news=True))

    def market_stopped(self, user_id: int, line: StopLine) -> Sequence[Notice]:
        """Tell a holder that the market has stopped entries; admins know it already."""
        if user_id in self.admin_ids:
            return ()
        return self._to(user_id, lambda keys: stops.market_stopped(line, keys))

    def market_freed(self, user_id: int, line: StopLine) -> Sequence[Notice]:
        """Tell them that it is over."""
        if user_id in self.admin_ids:
            return ()
        return self._to(user_id, lambda keys: stops.resumed(line, keys, is_news=True))

    def halted(self, line: StopLine) -> Sequence[Notice]:
        """Tell a person that an admin has stopped their trading."""
        return self._to(line.stop.user_id, lambda keys: stops.halted(line, keys))

    def released(self, line: StopLine) -> Sequence[Notice]:
        """Tell them that it is over."""
        return self._to(line.stop.user_id, lambda keys: stops.released(line, keys))

    def _to_admins(self, screen: Callable[[Keys], Screen]) -> Sequence[Notice]:
        return tuple(notice for admin_id in self.admin_ids for notice in self._to(admin_id, screen))

    def _to(self, user_id: int, screen: Callable[[Keys], Screen]) -> Sequence[Notice]:
        return self.told(user_id, screen, Priority.FILL)
