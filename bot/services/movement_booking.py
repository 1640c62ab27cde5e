"""Book one movement: decided, and decided again where the books have moved on meanwhile."""

from collections.abc import Mapping

import structlog

from bot.domain.errors import Unavailable
from bot.domain.instruments import Token
from bot.domain.live_orders import OddOutcome
from bot.domain.movements import Movement
from bot.engine.movement_booking import MovementPlan, Prices
from bot.ports.live_movements import Cause, MovementBooking, MovementDesk, MovementOutcome, Watched
from bot.ports.live_orders import LiveBalances
from bot.services.movement_means import MovementMeans

_TRIES = 5
_log = structlog.get_logger(__name__)


class MovementBooker:
    """Books what a transaction did, once; where it took away what is held, the orders go first."""

    def __init__(self, means: MovementMeans) -> None:
        self._means = means

    async def book(
        self, wallet: LiveBalances, movement: Movement, watched: Watched
    ) -> MovementOutcome:
        """Book a movement of a wallet; `SHORT` where it can only be booked later.

        Needs no permission: what has happened has happened.
        """
        place = (wallet.user_id, wallet.wallet_number)
        seen_at = self._means.live.clock.now()
        cause = await self._means.book.cause(wallet.user_id, movement.signature)
        prices = await self._prices(movement.tokens)
        outcome = MovementOutcome.CONFLICT
        for _ in range(_TRIES):
            desk = await self._means.book.desk(place)
            if desk is None:
                return MovementOutcome.OTHER_WALLET
            booking = self._planned(wallet, desk, prices, movement, cause)
            if booking is None:
                return MovementOutcome.SHORT
            is_told = self._is_told(movement, cause, booking, watched)
            outcome = await self._means.book.book(
                place,
                movement,
                cause,
                booking,
                self._means.notices.moved(wallet, movement, cause, prices.tokens)
                if is_told
                else (),
                seen_at=seen_at,
                booked_at=self._means.live.clock.now(),
            )
            is_over = outcome not in {MovementOutcome.CONFLICT, MovementOutcome.SHORT}
            if is_over or (
                outcome is MovementOutcome.SHORT and not await self._let_go(wallet.user_id)
            ):
                return outcome
        return outcome

    async def adopt(self, wallet: LiveBalances) -> bool:
        """Make positions of a wallet's unlisted tokens that are tracked and worth it by now.

        Needs no permission: they are its owner's already.
        """
        place = (wallet.user_id, wallet.wallet_number)
        desk = await self._means.book.desk(place)
        if desk is None:
            return False
        prices = await self._prices(desk.unlisted)
        plan = MovementPlan(desk=desk, prices=prices, at=self._means.live.clock.now())
        booking = plan.adopted()
        if not booking.positions:
            return False
        tokens = self._means.live.tokens
        notices = self._means.notices.adopted(wallet, booking.positions, tokens)
        return await self._means.book.adopt(place, booking, notices)

    def _planned(
        self,
        wallet: LiveBalances,
        desk: MovementDesk,
        prices: Prices,
        movement: Movement,
        cause: Cause,
    ) -> MovementBooking | None:
        plan = MovementPlan(desk=desk, prices=prices, at=self._means.live.clock.now())
        try:
            return plan.booked(movement, cause)
        except OddOutcome as error:
            _log.warning("movement_waits", address=wallet.address, why=str(error))
            return None

    async def _prices(self, units: Mapping[str, int]) -> Prices:
        """Ask what the tokens that came would fetch; where nobody can tell, none is known."""
        tracked = self._means.tokens
        tokens = {mint: tracked[mint] for mint in units if mint in tracked}
        worth = {}
        for mint, token in tokens.items():
            if units[mint] > 0 and (lamports := await self._worth(token, units[mint])):
                worth[mint] = lamports
        least = self._means.rules.dust_lamports
        return Prices(tokens=tokens, worth_lamports=worth, least_lamports=least)

    async def _worth(self, token: Token, units: int) -> int | None:
        try:
            return await self._means.worth(token.token_id, units)
        except Unavailable:
            return None

    def _is_told(
        self, movement: Movement, cause: Cause, booking: MovementBooking, watched: Watched
    ) -> bool:
        """Tell whether it is worth a word: what left always is, and what somebody waits for."""
        until = watched.expected_until
        is_awaited = until is not None and until > self._means.live.clock.now()
        is_token = bool(movement.tokens) and (is_awaited or bool(booking.positions))
        is_much = movement.lamports >= self._means.rules.dust_lamports
        return cause is Cause.CLEANUP or movement.is_out or is_much or is_token

    async def _let_go(self, user_id: int) -> bool:
        """Give up what is held for money that has left, unless it is under way already."""
        has_ended = False
        for release in self._means.releases:
            has_ended |= await release(user_id)
        return has_ended
