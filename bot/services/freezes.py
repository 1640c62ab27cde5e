"""Freezing one's own account at once, and the slow way back."""

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.errors import Refusal
from bot.domain.freezes import OwnFreeze
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Permission, Status, User
from bot.domain.web_sessions import Visitor
from bot.ports.clock import Clock
from bot.ports.freezes import FreezeBook
from bot.services.access import Access
from bot.services.factors import Factors
from bot.services.security_notices import SecurityNotices


class Freezes:
    """The use cases around a freeze of one's own.

    Freezing asks for nothing. Getting out asks for a second factor, and for patience: whoever
    has stolen an account can freeze it, but not thaw it unseen. What an admin froze is not
    the owner's to lift.
    """

    def __init__(
        self,
        *,
        book: FreezeBook,
        factors: Factors,
        access: Access,
        notices: SecurityNotices,
        clock: Clock,
        delay: timedelta,
    ) -> None:
        self._book = book
        self._factors = factors
        self._access = access
        self._notices = notices
        self._clock = clock
        self._delay = delay

    @property
    def delay(self) -> timedelta:
        """Give how long the way back takes."""
        return self._delay

    async def standing(self, user: User) -> OwnFreeze | None:
        """Give the freeze that a person put on themselves."""
        user.require(Permission.PROTECT_OWN)
        return await self._book.standing(user.user_id)

    async def freeze_self(self, request: Request, answer: Sequence[Notice]) -> None:
        """Freeze the asking person's account, from the chat; done twice it is done once.

        Entries and closes by hand stop, web sessions end. Exits that wait go on.
        """
        request.user.require(Permission.PROTECT_OWN)
        await self._book.freeze(request.user.user_id, self._clock.now(), answer, request=request)
        self._access.forget(request.user.user_id)

    async def freeze_on_web(self, visitor: Visitor) -> None:
        """Freeze the visitor's account; this session alone goes on."""
        visitor.user.require(Permission.PROTECT_OWN)
        user = visitor.user
        if user.status is Status.FROZEN:
            raise Refusal("frozen_already")
        await self._book.freeze(
            user.user_id,
            self._clock.now(),
            self._notices.frozen(user),
            keep_session=visitor.session.session_id,
        )
        self._access.forget(user.user_id)

    async def ask_to_unfreeze(self, visitor: Visitor) -> None:
        """Let one's freeze end after the delay.

        Raises `Refusal`: `proof_needed`, `no_factor` where there is none to prove anything with,
        `not_own_freeze` where there is no freeze or an admin's, `unfreeze_asked`.
        """
        visitor.user.require(Permission.PROTECT_OWN)
        if not (await self._factors.require_proof(visitor)).has_any:
            raise Refusal("no_factor")
        user, now = visitor.user, self._clock.now()
        freeze = await self._book.standing(user.user_id)
        if freeze is None:
            raise Refusal("not_own_freeze")
        due_at = now + self._delay
        told = self._notices.unfreeze_asked(user, due_at)
        if not await self._book.ask(freeze, now, due_at, told):
            raise Refusal("unfreeze_asked")

    async def keep(self, request: Request, answer: Sequence[Notice]) -> None:
        """Stay frozen after all, from the chat; raises `Refusal` (`nothing_to_keep`)."""
        request.user.require(Permission.PROTECT_OWN)
        if not await self._book.keep(request.user.user_id, answer, request=request):
            raise Refusal("nothing_to_keep")

    async def keep_on_web(self, visitor: Visitor) -> None:
        """Stay frozen after all; raises `Refusal` (`nothing_to_keep`)."""
        visitor.user.require(Permission.PROTECT_OWN)
        told = self._notices.unfreeze_cancelled(visitor.user)
        if not await self._book.keep(visitor.user.user_id, told):
            raise Refusal("nothing_to_keep")

    async def lift_due(self) -> None:
        """End the freezes whose time has come; asked by the clock."""
        for user_id in await self._book.lift_due(self._clock.now(), self._notices.unfrozen):
            self._access.forget(user_id)
