"""What a wallet is worth: its cash, and every position at what its pool would pay now."""

from bot.engine.marks import mark_position
from bot.ports.books import Desk
from bot.ports.clock import Clock
from bot.services.price_board import PriceBoard
from bot.services.views import MarkedPosition, Portfolio
from bot.services.whole_pools import WholePools


class Valuation:
    """Marks what a desk holds against the readings on the board."""

    def __init__(self, *, board: PriceBoard, pools: WholePools, clock: Clock) -> None:
        self._board = board
        self._pools = pools
        self._clock = clock

    async def whole(self, desk: Desk) -> Portfolio:
        """Give a desk's portfolio, its pools read in full where the board shows too little.

        Needs no permission: other use cases ask, each behind its own.
        """
        # A board's reading may show too few ticks to value all of a position: then the pool is
        # read in full, as long as the chain answers.
        for one in self.now(desk).positions:
            is_partial = one.mark is not None and not one.mark.is_whole
            if is_partial and not await self._pools.read(one.token.token_id):
                break
        return self.now(desk)

    async def known(self, desk: Desk) -> Portfolio | None:
        """Give a desk's portfolio; None where a position cannot be valued for want of a reading.

        Needs no permission, as `whole`.
        """
        for one in self.now(desk).positions:
            if one.mark is None:
                return None
            if not one.mark.is_whole and not await self._pools.read(one.token.token_id):
                return None
        return self.now(desk)

    def now(self, desk: Desk) -> Portfolio:
        """Give a desk's portfolio as the board has it, without asking the chain."""
        now = self._clock.now()
        positions = []
        ages = []
        for position in desk.positions:
            priced = self._board.priced(position.token_id)
            mark = None
            if priced is not None:
                age = (now - priced.received_at).total_seconds()
                ages.append(age)
                mark = mark_position(position, priced.best, age)
            token = self._board.tokens[position.token_id]
            positions.append(MarkedPosition(position=position, token=token, mark=mark))
        marks = [marked.mark for marked in positions]
        wallet = desk.wallet
        equity = wallet.cash_lamports + wallet.held_lamports + wallet.rent_lamports
        return Portfolio(
            user=desk.user,
            limits=desk.limits,
            wallet=wallet,
            positions=tuple(positions),
            equity_lamports=equity + sum(mark.equity_lamports for mark in marks if mark),
            is_whole=all(mark is not None and mark.is_whole for mark in marks),
            realised_pnl_lamports=desk.realised_pnl_lamports,
            fees_lamports=desk.fees_lamports,
            sol_usd=self._board.sol_usd(),
            oldest_age_seconds=max(ages, default=None),
        )
