"""Security notices: rendered for the private chat of the person concerned, in their language."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.factors import Factor
from bot.domain.notices import Notice, Priority
from bot.domain.users import User
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen
from bot.telegram.private_news import PrivateNews
from bot.telegram.screens import security


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityNews(PrivateNews):
    """Renders what `bot.services.security_notices` names."""

    def session_began(self, user: User, device: str) -> Sequence[Notice]:
        """Tell that somebody logged in on the web."""
        return self._to(user, lambda keys: security.session_began(device, keys))

    def factor_set(self, user: User, factor: Factor) -> Sequence[Notice]:
        """Tell that a factor was set, or recovery codes made."""
        return self._to(user, lambda keys: security.factor_set(factor, keys))

    def factor_removed(self, user: User, factor: Factor) -> Sequence[Notice]:
        """Tell that a factor is there no more."""
        return self._to(user, lambda keys: security.factor_removed(factor, keys))

    def factors_locked(self, user: User, until: datetime) -> Sequence[Notice]:
        """Tell that too many tries were wrong."""
        return self._to(user, lambda keys: security.factors_locked(until, keys))

    def frozen(self, user: User) -> Sequence[Notice]:
        """Tell that the account was frozen by its owner."""
        return self._to(user, security.frozen_on_web)

    def unfreeze_asked(self, user: User, due_at: datetime) -> Sequence[Notice]:
        """Tell when a freeze will end, with a way to keep it."""
        return self._to(user, lambda keys: security.unfreeze_asked(due_at, keys))

    def unfreeze_cancelled(self, user: User) -> Sequence[Notice]:
        """Tell that it will not."""
        return self._to(user, security.kept)

    def unfrozen(self, user: User) -> Sequence[Notice]:
        """Tell that it has ended."""
        return self._to(user, security.unfrozen)

    def _to(self, user: User, screen: Callable[[Keys], Screen]) -> Sequence[Notice]:
        return self.told(user.user_id, screen, Priority.SAFETY)
