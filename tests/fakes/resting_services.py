"""Orders that wait in memory, for tests of the chat door: real plans, on made-up prices."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Protocol

from bot.domain.candles import Interval
from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.levels import PriceBasis
from bot.domain.presets import Presets
from bot.domain.requests import Request
from bot.domain.resting import NewResting, Resting, RestingState
from bot.domain.resting_plans import (
    DipPlan,
    Entry,
    EntryPlan,
    ExitPlan,
    NewTerms,
    RestingPlan,
)
from bot.domain.users import Mode, Permission, User
from bot.engine.resting_changing import ChangeBasis, changed
from bot.engine.resting_placing import (
    ExitBasis,
    dip_order,
    entry_orders,
    exit_orders,
    schedule_order,
)
from bot.engine.resting_sizes import Means
from bot.ports.books import ClosedOrder
from bot.services.resting import STANDING
from bot.services.resting_views import (
    CancelAnswer,
    ChangeAnswer,
    Placed,
    PlacedAnswer,
    RestingView,
)
from bot.services.views import FillAnswer
from tests.builders.views import NOON, SOL, a_fill, a_history, a_position

PRICE, SOL_USD = Decimal("0.0196"), Decimal(121)
FILLED_NUMBER = 15


class Stage(Protocol):
    """What these need of the other fakes."""

    tokens: tuple[Token, ...]
    resting_orders: dict[int, Resting]
    own_presets: list[Presets]
    plans: list[RestingPlan | Entry]
    reversed: list[int]
    placed_by: dict[str, RestingPlan | Entry]

    def _enter(self, user: User, permission: Permission) -> None: ...
    async def _commit(self, request: Request, notices: object) -> None: ...


@dataclass(frozen=True, slots=True)
class FakeResting:
    """Knows orders by number; position 12 is the only one that is open."""

    stage: Stage

    async def place(
        self,
        request: Request,
        plan: RestingPlan,
        answer: PlacedAnswer,
        mode: Mode = Mode.PAPER,
    ) -> None:
        self.stage._enter(request.user, Permission.TRADE_PAPER)
        before = self.stage.placed_by.get(request.request_id)
        if before is not None:
            raise Refusal("already_done" if before == plan else "request_mismatch")
        orders = self._orders(plan)
        self.stage.placed_by[request.request_id] = plan
        self.stage.plans.append(plan)
        for order in orders:
            self.stage.resting_orders[order.number] = _resting(order, mode)
        position = a_position() if isinstance(plan, ExitPlan) else None
        placed = Placed(
            orders=orders, token=self._token, price=PRICE, position=position, sol_usd=SOL_USD
        )
        await self.stage._commit(request, answer(placed))

    async def cancel(
        self,
        request: Request,
        number: int | None,
        answer: CancelAnswer,
        mode: Mode = Mode.PAPER,
    ) -> None:
        self.stage._enter(request.user, Permission.TRADE_PAPER)
        views = await self.working(request.user, mode)
        gone = tuple(v for v in views if number is None or v.order.placed.number == number)
        if not gone:
            raise (
                Refusal("nothing_waits")
                if number is None
                else Refusal("unknown_order", number=number)
            )
        for view in gone:
            placed = view.order.placed
            ended = replace(view.order, state=RestingState.CANCELLED, ended_at=NOON)
            self.stage.resting_orders[placed.number] = replace(ended, end_reason="by_owner")
        await self.stage._commit(request, answer(gone))

    async def change(
        self,
        request: Request,
        number: int,
        terms: NewTerms,
        answer: ChangeAnswer,
        mode: Mode = Mode.PAPER,
    ) -> None:
        self.stage._enter(request.user, Permission.TRADE_PAPER)
        order = self.stage.resting_orders[number]
        assert order.mode is mode
        position = a_position() if order.placed.position_number else None
        basis = ChangeBasis(
            position=position, prices=self._basis(is_exit=position is not None), at=NOON
        )
        kept = replace(order, placed=changed(order, terms, basis), generation=1)
        self.stage.resting_orders[number] = kept
        await self.stage._commit(request, answer(self._view(kept)))

    async def working(self, user: User, mode: Mode = Mode.PAPER) -> tuple[RestingView, ...]:
        self.stage._enter(user, Permission.VIEW_OWN)
        orders = [one for one in self.stage.resting_orders.values() if one.mode is mode]
        return tuple(self._view(one) for one in orders if one.state in STANDING)

    async def order(
        self, user: User, number: int, mode: Mode = Mode.PAPER
    ) -> RestingView | ClosedOrder:
        self.stage._enter(user, Permission.VIEW_OWN)
        if number == FILLED_NUMBER:
            return a_history(self._token, 1, None).orders[0]
        found = self.stage.resting_orders.get(number)
        if found is None or found.mode is not mode:
            raise Refusal("unknown_order", number=number)
        return self._view(found)

    async def open(self, request: Request, entry: Entry, answer: FillAnswer) -> None:
        """Stand for `Brackets.open`."""
        request.user.require_paper()
        self.stage._enter(request.user, Permission.TRADE_PAPER)
        self.stage.plans.append(entry)
        await self.stage._commit(request, answer(a_fill(self._token)))

    async def reverse(self, request: Request, number: int, answer: FillAnswer) -> None:
        """Stand for `Brackets.reverse`."""
        request.user.require_paper()
        self.stage._enter(request.user, Permission.TRADE_PAPER)
        if number != a_position().number:
            raise Refusal("unknown_position", number=number)
        self.stage.reversed.append(number)
        await self.stage._commit(request, answer(a_fill(self._token)))

    @property
    def _token(self) -> Token:
        return self.stage.tokens[0]

    def _basis(self, *, is_exit: bool) -> PriceBasis:
        reference = a_position().entry_price if is_exit else PRICE
        return PriceBasis(token=self._token, reference=reference, price=PRICE, sol_usd=SOL_USD)

    def _orders(self, plan: RestingPlan) -> Sequence[NewResting]:
        number = max((FILLED_NUMBER, *self.stage.resting_orders)) + 1
        if isinstance(plan, ExitPlan):
            if plan.position_number != a_position().number:
                raise Refusal("unknown_position", number=plan.position_number)
            basis = ExitBasis(
                position=a_position(),
                prices=self._basis(is_exit=True),
                at=NOON,
                ranges={Interval.HOUR: PRICE / 20},
            )
            return exit_orders(plan.exits, replace(basis, expires_in=plan.expires_in), number)
        means = Means(cash_lamports=100 * SOL, equity_lamports=100 * SOL)
        prices = self._basis(is_exit=False)
        if isinstance(plan, EntryPlan):
            return entry_orders(plan, means, prices, NOON, number)
        if isinstance(plan, DipPlan):
            return (dip_order(plan, means, prices, NOON, number),)
        return (schedule_order(plan, means, prices, NOON, number),)

    def _view(self, order: Resting) -> RestingView:
        level = order.placed.wait.level
        return RestingView(
            order=order,
            token=self._token,
            position=a_position() if order.placed.position_number else None,
            now=PRICE,
            distance=None if level is None else level / PRICE - 1,
            sol_usd=SOL_USD,
        )


def _resting(placed: NewResting, mode: Mode) -> Resting:
    return Resting(
        user_id=1001,
        order_id=placed.number,
        mode=mode,
        season=1,
        placed=placed,
        state=RestingState.WORKING,
        generation=0,
        created_at=NOON - timedelta(minutes=1),
    )


@dataclass(frozen=True, slots=True)
class FakePresets:
    """Remembers what was chosen last."""

    stage: Stage

    async def own(self, user: User) -> Presets:
        user.require(Permission.VIEW_MARKET)
        return self.stage.own_presets[-1] if self.stage.own_presets else Presets()

    async def choose(self, user: User, presets: Presets) -> None:
        self.stage._enter(user, Permission.TRADE_PAPER)
        self.stage.own_presets.append(presets)
