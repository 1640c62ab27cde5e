"""Works a plan out on the prices of now, and shows where an order stands."""

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.errors import Refusal
from bot.domain.levels import PriceBasis
from bot.domain.positions import Position
from bot.domain.resting import NewResting, Resting
from bot.domain.resting_plans import (
    DipPlan,
    Entry,
    EntryPlan,
    ExitPlan,
    RestingPlan,
    SchedulePlan,
)
from bot.domain.triggers import Gauge
from bot.engine.resting_changing import ChangeBasis
from bot.engine.resting_placing import (
    ExitBasis,
    check_ranges,
    dip_order,
    entry_orders,
    exit_orders,
    schedule_order,
)
from bot.ports.books import Desk
from bot.ports.clock import Clock
from bot.services.means import means_of
from bot.services.price_board import PriceBoard
from bot.services.resting_views import Placed, RestingView
from bot.services.true_ranges import TrueRanges


class RestingPlanner:
    """From a plan to the orders that would be placed for it."""

    def __init__(self, *, board: PriceBoard, ranges: TrueRanges, clock: Clock) -> None:
        self._board = board
        self._ranges = ranges
        self._clock = clock

    async def plan(self, plan: RestingPlan, desk: Desk) -> Placed:
        """Give the orders of a plan on a desk. Needs no permission: it is behind `place`.

        Raises `Refusal`: what contradicts itself, `unknown_position`, `price_missing`, ...
        """
        if isinstance(plan, ExitPlan):
            return await self._exits(plan, desk)
        prices = self.prices(plan.entry.token_id)
        # Better said now than when the entry fills and its stop cannot be placed.
        for one in _entries_of(plan):
            found = await self._ranges.of(one.token_id, one.exits)
            check_ranges(one.exits, found, prices.token.symbol)
        return Placed(
            orders=self._entries(plan, desk, prices),
            token=prices.token,
            price=prices.price,
            position=None,
            sol_usd=prices.sol_usd,
        )

    def prices(self, token_id: int, reference: Decimal | None = None) -> PriceBasis:
        """Give what levels are worked out from; raises `Refusal` (`price_missing`)."""
        token, priced = self._board.tokens.get(token_id), self._board.priced(token_id)
        if token is None:
            raise Refusal("unknown_token", text=str(token_id))
        if priced is None:
            raise Refusal("price_missing", symbol=token.symbol)
        price = priced.best.price
        return PriceBasis(
            token=token,
            reference=reference or price,
            price=price,
            sol_usd=self._board.sol_usd(),
        )

    def basis_of(self, view: RestingView) -> ChangeBasis:
        """Give what an order's new terms are worked out from; entries have no position."""
        position = view.position
        return ChangeBasis(
            position=position,
            prices=self.prices(view.token.token_id, position.entry_price if position else None),
            at=self._clock.now(),
        )

    def _entries(
        self, plan: EntryPlan | SchedulePlan | DipPlan, desk: Desk, prices: PriceBasis
    ) -> tuple[NewResting, ...]:
        number, at = desk.wallet.last_order + 1, self._clock.now()
        means = means_of(desk, self._board)
        if isinstance(plan, EntryPlan):
            return entry_orders(plan, means, prices, at, number)
        if isinstance(plan, SchedulePlan):
            return (schedule_order(plan, means, prices, at, number),)
        return (dip_order(plan, means, prices, at, number),)

    async def _exits(self, plan: ExitPlan, desk: Desk) -> Placed:
        number = plan.position_number
        position = next((one for one in desk.positions if one.number == number), None)
        if position is None:
            raise Refusal("unknown_position", number=number)
        prices = self.prices(position.token_id, position.entry_price)
        basis = ExitBasis(
            position=position,
            prices=prices,
            at=self._clock.now(),
            ranges=await self._ranges.of(position.token_id, plan.exits),
            slippage_bps=plan.slippage_bps,
            expires_in=plan.expires_in,
        )
        return Placed(
            orders=exit_orders(plan.exits, basis, desk.wallet.last_order + 1),
            token=prices.token,
            price=prices.price,
            position=position,
            sol_usd=prices.sol_usd,
        )


class RestingViews:
    """Shows resting orders beside the price of now."""

    def __init__(self, *, board: PriceBoard) -> None:
        self._board = board

    def of(self, order: Resting, positions: Sequence[Position]) -> RestingView:
        """Give an order with where it stands, and its position if that is among these."""
        placed = order.placed
        now = self._now(placed)
        level = placed.wait.level
        return RestingView(
            order=order,
            token=self._board.tokens[placed.token_id],
            position=next((one for one in positions if one.number == placed.position_number), None),
            now=now,
            distance=level / now - 1 if now and level is not None else None,
            sol_usd=self._board.sol_usd(),
        )

    def _now(self, placed: NewResting) -> Decimal | None:
        if placed.wait.gauge is Gauge.PRICE_USD:
            return self._board.usd(placed.token_id)
        priced = self._board.priced(placed.token_id)
        return None if priced is None else priced.best.price


def _entries_of(plan: EntryPlan | SchedulePlan | DipPlan) -> list[Entry]:
    other = plan.other if isinstance(plan, EntryPlan) else None
    return [plan.entry] if other is None else [plan.entry, other.entry]
