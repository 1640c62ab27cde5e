"""A person's own figures: wallet, positions, history, and a new season."""

from bot.domain.requests import Request
from bot.domain.users import Mode, Permission, User
from bot.engine.marks import mark_position
from bot.ports.books import Books, Desk
from bot.ports.clock import Clock
from bot.services.price_board import PriceBoard
from bot.services.views import HistoryPage, MarkedPosition, Portfolio, Season, SeasonAnswer
from bot.services.whole_pools import WholePools

_NO_REQUEST = ""


class Wallets:
    """Reads a user's figures from one snapshot; each user sees only their own."""

    def __init__(self, *, books: Books, board: PriceBoard, pools: WholePools, clock: Clock) -> None:
        self._books = books
        self._board = board
        self._pools = pools
        self._clock = clock

    async def portfolio(self, user: User) -> Portfolio:
        """Give the paper wallet with every open position at what its pool would pay now."""
        user.require(Permission.VIEW_OWN)
        desk = await self._books.desk(user.user_id, Mode.PAPER, _NO_REQUEST)
        return await self._whole_portfolio(desk)

    async def history(self, user: User, before_order: int | None, limit: int = 8) -> HistoryPage:
        """Give fills of the present season, newest first, older than `before_order`."""
        user.require(Permission.VIEW_OWN)
        desk = await self._books.desk(user.user_id, Mode.PAPER, _NO_REQUEST)
        season = desk.wallet.season
        orders = await self._books.history(
            user.user_id, Mode.PAPER, season, before_order, limit + 1
        )
        page = tuple(orders[:limit])
        return HistoryPage(
            mode=Mode.PAPER,
            season=season,
            orders=page,
            older_than=page[-1].order_number if len(orders) > limit else None,
            sol_usd=self._board.sol_usd(),
        )

    async def reset(self, request: Request, answer: SeasonAnswer) -> None:
        """End the paper season, keep it for the record, and begin the next with a new grant.

        Raises `Refusal` (`already_done`) where this very request did so before.
        """
        request.user.require(Permission.TRADE_PAPER)
        desk = await self._books.desk(request.user.user_id, Mode.PAPER, request.request_id)
        ended = await self._whole_portfolio(desk)
        season = Season(
            mode=Mode.PAPER,
            season=desk.wallet.season + 1,
            grant_lamports=desk.limits.starting_grant_lamports,
            ended=ended,
        )
        await self._books.start_season(request, Mode.PAPER, answer(season))

    async def _whole_portfolio(self, desk: Desk) -> Portfolio:
        # A board's reading may show too few ticks to value all of a position: then the pool is
        # read in full, as long as the chain answers.
        for one in self._portfolio(desk).positions:
            is_partial = one.mark is not None and not one.mark.is_whole
            if is_partial and not await self._pools.read(one.token.token_id):
                break
        return self._portfolio(desk)

    def _portfolio(self, desk: Desk) -> Portfolio:
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
        equity = desk.wallet.cash_lamports + desk.wallet.rent_lamports
        return Portfolio(
            user=desk.user,
            limits=desk.limits,
            wallet=desk.wallet,
            positions=tuple(positions),
            equity_lamports=equity + sum(mark.equity_lamports for mark in marks if mark),
            is_whole=all(mark is not None and mark.is_whole for mark in marks),
            realised_pnl_lamports=desk.realised_pnl_lamports,
            fees_lamports=desk.fees_lamports,
            sol_usd=self._board.sol_usd(),
            oldest_age_seconds=max(ages, default=None),
        )
