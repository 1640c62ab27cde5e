"""News of cleanups that came to nothing, for their owners."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.cleanups import Cleanup
from bot.domain.notices import Notice, Priority
from bot.telegram.private_news import PrivateNews
from bot.telegram.screens import live_cleanups


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupNews(PrivateNews):
    """Implements `bot.services.cleanups.CleanupNotices`."""

    def ended(self, cleanup: Cleanup) -> Sequence[Notice]:
        """Tell that nothing was closed, and that it may be asked for again."""
        return self.told(cleanup.user_id, lambda _keys: live_cleanups.ended(), Priority.FILL)
