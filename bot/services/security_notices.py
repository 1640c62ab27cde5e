"""What people are told of changes to the security of their account, in the words of their door."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.factors import Factor
from bot.domain.notices import Notice
from bot.domain.users import User


class SecurityNotices(Protocol):
    """Each is for the private chat of the person concerned, and carries a way to freeze."""

    def session_began(self, user: User, device: str) -> Sequence[Notice]:
        """Tell that somebody logged in on the web."""

    def factor_set(self, user: User, factor: Factor) -> Sequence[Notice]:
        """Tell that a factor was set, or recovery codes made."""

    def factor_removed(self, user: User, factor: Factor) -> Sequence[Notice]:
        """Tell that a factor is there no more."""

    def factors_locked(self, user: User, until: datetime) -> Sequence[Notice]:
        """Tell that too many tries were wrong."""

    def frozen(self, user: User) -> Sequence[Notice]:
        """Tell that the account was frozen by its owner."""

    def unfreeze_asked(self, user: User, due_at: datetime) -> Sequence[Notice]:
        """Tell when a freeze will end, with a way to keep it."""

    def unfreeze_cancelled(self, user: User) -> Sequence[Notice]:
        """Tell that it will not."""

    def unfrozen(self, user: User) -> Sequence[Notice]:
        """Tell that it has ended."""
