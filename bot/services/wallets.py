"""A person's own figures: wallet, positions, history, and a new season."""

from collections.abc import Callable

from bot.domain.requests import Request
from bot.domain.users import Mode, Permission, User
from bot.ports.books import Books
from bot.ports.clock import Clock
from bot.services.price_board import PriceBoard
from bot.services.valuation import Valuation
from bot.services.views import HistoryPage, Portfolio, Season, SeasonAnswer
from bot.services.whole_pools import WholePools

_NO_REQUEST = ""
OnReset = Callable[[int], None]


def _tell_nobody(_user_id: int) -> None:
    return None


class Wallets:
    """Reads a user's figures from one snapshot; each user sees only their own."""

    def __init__(
        self,
        *,
        books: Books,
        board: PriceBoard,
        pools: WholePools,
        clock: Clock,
        on_reset: OnReset = _tell_nobody,
    ) -> None:
        self._books = books
        self._board = board
        self._on_reset = on_reset
        self._valuation = Valuation(board=board, pools=pools, clock=clock)

    async def portfolio(self, user: User) -> Portfolio:
        """Give the wallet of a person's mode with every open position at what it would fetch."""
        user.require(Permission.VIEW_OWN)
        desk = await self._books.desk(user.user_id, user.mode, _NO_REQUEST)
        return await self._valuation.whole(desk)

    async def portfolio_of(self, user_id: int, mode: Mode = Mode.PAPER) -> Portfolio:
        """Give anybody's portfolio of a mode; asked by the clock, which shows it to nobody."""
        return await self._valuation.whole(await self._books.desk(user_id, mode, _NO_REQUEST))

    async def history(self, user: User, before_order: int | None, limit: int = 8) -> HistoryPage:
        """Give fills of the mode's present season, newest first, older than `before_order`."""
        user.require(Permission.VIEW_OWN)
        desk = await self._books.desk(user.user_id, user.mode, _NO_REQUEST)
        season = desk.wallet.season
        orders = await self._books.history(user.user_id, user.mode, season, before_order, limit + 1)
        page = tuple(orders[:limit])
        return HistoryPage(
            mode=user.mode,
            season=season,
            orders=page,
            older_than=page[-1].order_number if len(orders) > limit else None,
            sol_usd=self._board.sol_usd(),
        )

    async def reset(self, request: Request, answer: SeasonAnswer) -> None:
        """End the paper season, keep it for the record, and begin the next with a new grant.

        Raises `Refusal`: `already_done` where this very request did so before, or `paper_only`
        of who trades live.
        """
        request.user.require(Permission.TRADE_PAPER)
        request.user.require_paper()
        desk = await self._books.desk(request.user.user_id, Mode.PAPER, request.request_id)
        ended = await self._valuation.whole(desk)
        season = Season(
            mode=Mode.PAPER,
            season=desk.wallet.season + 1,
            grant_lamports=desk.limits.starting_grant_lamports,
            ended=ended,
        )
        await self._books.start_season(request, Mode.PAPER, answer(season))
        self._on_reset(request.user.user_id)
