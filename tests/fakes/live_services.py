"""What trades real money, for tests of the chat door: orders that wait in memory, nothing spent."""

from dataclasses import dataclass, replace
from typing import NoReturn

from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.resting import RestingState
from bot.domain.resting_plans import RestingPlan
from bot.domain.users import Mode, Permission, User
from bot.services.resting_views import Placed, PlacedAnswer
from tests.fakes.resting_services import PRICE, SOL_USD, FakeResting, Stage


@dataclass(frozen=True, slots=True)
class FakeLive:
    """Plays the bundle of live services; what it does not play is off."""

    stage: Stage

    def __getattr__(self, name: str) -> NoReturn:
        """Refuse as a bot does that trades no real money."""
        raise Refusal("live_off")

    @property
    def resting(self) -> "FakeLiveResting":
        return FakeLiveResting(self.stage)

    @property
    def orders(self) -> "FakeLiveOrders":
        return FakeLiveOrders()


class FakeLiveOrders:
    """Has no live order under way."""

    async def under_way(self, user: User) -> tuple[()]:
        user.require(Permission.VIEW_OWN)
        return ()


@dataclass(frozen=True, slots=True)
class FakeLiveResting:
    """Proposes and confirms orders; those that are asked about are put there by the test."""

    stage: Stage

    async def propose(self, request: Request, plan: RestingPlan, answer: PlacedAnswer) -> None:
        before = set(self.stage.resting_orders)
        await FakeResting(self.stage).place(request, plan, answer, Mode.LIVE)
        for number in self.stage.resting_orders.keys() - before:
            self._set(number, RestingState.PROPOSED)

    async def confirm(self, request: Request, first: int, count: int, answer: PlacedAnswer) -> None:
        self.stage._enter(request.user, Permission.LEAVE_LIVE)
        numbers = range(first, first + count)
        orders = [self.stage.resting_orders.get(number) for number in numbers]
        proposed = [one for one in orders if one and one.state is RestingState.PROPOSED]
        if not proposed or len(proposed) != count:
            raise Refusal("live_proposal_over")
        for number in numbers:
            self._set(number, RestingState.WORKING)
        placed = Placed(
            orders=tuple(order.placed for order in proposed),
            token=self.stage.tokens[0],
            price=PRICE,
            position=None,
            sol_usd=SOL_USD,
        )
        await self.stage._commit(request, answer(placed))

    async def execute(
        self,
        request: Request,
        number: int,
        generation: int,
        notices: tuple[Notice, ...],
        *,
        message_id: int | None = None,
    ) -> None:
        del message_id
        await self._answered(request, number, generation, notices, RestingState.SUBMITTED)

    async def keep(
        self, request: Request, number: int, generation: int, notices: tuple[Notice, ...]
    ) -> None:
        await self._answered(request, number, generation, notices, RestingState.WORKING)

    async def _answered(
        self, request: Request, number: int, generation: int, notices: object, to: RestingState
    ) -> None:
        self.stage._enter(request.user, Permission.LEAVE_LIVE)
        order = self.stage.resting_orders.get(number)
        is_asked = order is not None and order.state is RestingState.ASKED
        if order is None or not is_asked or order.generation != generation:
            raise Refusal("live_old_question", number=number)
        self._set(number, to)
        await self.stage._commit(request, notices)

    def _set(self, number: int, state: RestingState) -> None:
        order = self.stage.resting_orders[number]
        self.stage.resting_orders[number] = replace(order, state=state)
