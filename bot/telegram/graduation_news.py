"""News for holders of a token that moved to another pool."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.graduations import Graduation
from bot.domain.instruments import Token
from bot.domain.notices import Notice, Priority
from bot.telegram.private_news import PrivateNews
from bot.telegram.screens import graduations


@dataclass(frozen=True, slots=True, kw_only=True)
class GraduationNews(PrivateNews):
    """Renders what `bot.services.graduations` has to tell, for a holder's private chat."""

    def moved(self, user_id: int, token: Token, graduation: Graduation) -> Sequence[Notice]:
        """Say that a token moved to another pool, and that nothing is left to do."""
        return self.told(
            user_id, lambda keys: graduations.moved(token, graduation, keys), Priority.ALERT
        )
