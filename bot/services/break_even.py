"""Break-even moves: a position's stops go to its entry price, or one is placed there."""

from dataclasses import replace

from bot.domain.errors import Refusal
from bot.domain.levels import PriceBasis, worse_reach
from bot.domain.positions import Position, Side
from bot.domain.requests import Request
from bot.domain.resting import NewResting, Resting, RestingAction, RestingKind, RestingState, Wait
from bot.domain.triggers import Gauge
from bot.engine.resting_fills import level_price
from bot.engine.resting_placing import ExitBasis, stop_at_entry
from bot.ports.books import Desk
from bot.ports.clock import Clock
from bot.ports.resting import Changed, Finish, RestingBook, RestingChange
from bot.services.price_board import PriceBoard
from bot.services.resting_views import RestingNotices


class BreakEvens:
    """Carries out orders that move a stop: no money moves, and a better stop stays where it is."""

    def __init__(
        self,
        *,
        book: RestingBook,
        board: PriceBoard,
        clock: Clock,
        notices: RestingNotices,
    ) -> None:
        self._book = book
        self._board = board
        self._clock = clock
        self._notices = notices

    async def protect(self, order: Resting, request: Request, desk: Desk) -> None:
        """Move the stops of an order's position to its entry, in one transaction with its end.

        It is asked by the clock. Raises `Refusal` where the position or the order is gone,
        `BookingConflict` or `Unavailable`.
        """
        position = self._position(order, desk)
        orders = await self._book.of_user(order.user_id, order.mode)
        stops = [one for one in orders if _is_stop_of(position, one)]
        worse = [one for one in stops if self._is_worse(one, position)]
        placing = () if stops else (self._new_stop(position, desk),)
        token = self._board.tokens[order.placed.token_id]
        change = RestingChange(
            user_id=order.user_id,
            mode=order.mode,
            season=order.season,
            request_hash="break_even",
            wallet_version=desk.wallet.version,
            is_forced=True,
            guard=(order, *worse),
            finish=(Finish(order=order, state=RestingState.FILLED, reason=""),),
            change=tuple(Changed(order=one, to=_at_entry(one, position)) for one in worse),
            place=placing,
        )
        told = self._notices.protected(order.user_id, order, token, position)
        await self._book.apply(request, change, told)

    def _position(self, order: Resting, desk: Desk) -> Position:
        number = order.placed.position_number or 0
        found = next((one for one in desk.positions if one.number == number), None)
        if found is None:
            raise Refusal("unknown_position", number=number)
        return found

    def _is_worse(self, stop: Resting, position: Position) -> bool:
        level = level_price(stop, self._board.sol_usd())
        if level is None:
            return False
        is_below = level < position.entry_price
        return is_below if position.side is Side.LONG else level > position.entry_price

    def _new_stop(self, position: Position, desk: Desk) -> NewResting:
        price = position.entry_price
        prices = PriceBasis(
            token=self._board.tokens[position.token_id],
            reference=price,
            price=price,
            sol_usd=self._board.sol_usd(),
        )
        basis = ExitBasis(position=position, prices=prices, at=self._clock.now(), ranges={})
        return stop_at_entry(desk.wallet.last_order + 1, basis)


def _is_stop_of(position: Position, order: Resting) -> bool:
    placed = order.placed
    return (
        order.state is RestingState.WORKING
        and placed.kind is RestingKind.STOP
        and placed.action is RestingAction.CLOSE
        and placed.position_number == position.number
    )


def _at_entry(stop: Resting, position: Position) -> NewResting:
    wait = Wait(gauge=Gauge.PRICE_SOL, reach=worse_reach(position.side), level=position.entry_price)
    details = {**stop.placed.details, "moved_by": "break_even"}
    return replace(stop.placed, wait=wait, details=details)
