"""The security of an account answering from memory, for tests of the chat door."""

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.errors import Refusal
from bot.domain.factors import FactorState
from bot.domain.freezes import OwnFreeze
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Permission, User
from tests.builders.views import NOON
from tests.fakes.guards import Counter


class FakeSecurity:
    """Plays factors and freezes both; `frozen` notes who froze their account."""

    delay = timedelta(hours=24)
    are_offered = True

    def __init__(self, counter: Counter, frozen: list[int]) -> None:
        self._counter = counter
        self._frozen = frozen

    @property
    def factors(self) -> "FakeSecurity":
        return self

    freezes = factors

    async def state(self, user: User) -> FactorState:
        self._counter._enter(user, Permission.PROTECT_OWN)
        return FactorState(pin_set_at=NOON, codes_left=10)

    async def standing(self, user: User) -> OwnFreeze | None:
        if user.user_id not in self._frozen:
            return None
        return OwnFreeze(
            freeze_id=1, user_id=user.user_id, frozen_at=NOON, asked_at=NOON, due_at=NOON
        )

    async def freeze_self(self, request: Request, answer: Sequence[Notice]) -> None:
        self._counter._enter(request.user, Permission.PROTECT_OWN)
        self._frozen.append(request.user.user_id)
        await self._counter._commit(request, answer)

    async def keep(self, request: Request, answer: Sequence[Notice]) -> None:
        self._counter._enter(request.user, Permission.PROTECT_OWN)
        if not answer:
            raise Refusal("nothing_to_keep")
        await self._counter._commit(request, answer)
