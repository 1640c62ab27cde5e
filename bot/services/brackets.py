"""Market orders that do more: exits placed with the fill, and turning a position round."""

from dataclasses import replace
from datetime import datetime

from bot.domain.errors import Refusal
from bot.domain.levels import Marker
from bot.domain.orders import CloseIntent, FillReason, OpenIntent, Receipt
from bot.domain.positions import Side
from bot.domain.requests import Request
from bot.domain.resting_plans import EXIT_EXPIRY, Entry
from bot.domain.triggers import Gauge
from bot.domain.users import Mode, Permission
from bot.engine.paper_venue import Market
from bot.engine.resting_fills import FillBasis, bracket
from bot.engine.resting_placing import check_exits, check_ranges
from bot.engine.resting_sizes import size_lamports
from bot.ports.books import Books, Settlement
from bot.ports.resting import RestingBook
from bot.services.means import means_of
from bot.services.price_board import PriceBoard
from bot.services.resting_planner import RestingPlanner
from bot.services.trading import Trading
from bot.services.true_ranges import TrueRanges
from bot.services.views import FillAnswer

# What a swap and a new token account may cost beside the size.
_KEPT_LAMPORTS = 3_000_000


class Brackets:
    """The use cases of market orders beyond a plain `/open` and `/close`."""

    def __init__(
        self,
        *,
        trading: Trading,
        books: Books,
        book: RestingBook,
        board: PriceBoard,
        planner: RestingPlanner,
        ranges: TrueRanges,
    ) -> None:
        self._trading = trading
        self._books = books
        self._book = book
        self._board = board
        self._planner = planner
        self._ranges = ranges

    async def open(self, request: Request, entry: Entry, answer: FillAnswer) -> None:
        """Enter with the market, and place its exits in the fill's own transaction.

        Sizes by share of the wallet or by risk are worked out now. Raises `Refusal` as
        `Trading.open` does, and where the exits contradict themselves.
        """
        request.user.require(Permission.TRADE_PAPER)
        request.user.require_paper()
        check_exits(entry.exits, EXIT_EXPIRY)
        prices = self._planner.prices(entry.token_id)
        ranges = await self._ranges.of(entry.token_id, entry.exits)
        check_ranges(entry.exits, ranges, prices.token.symbol)
        desk = await self._books.desk(request.user.user_id, Mode.PAPER, request.request_id)
        if desk.answered is not None:
            raise Refusal("already_done", order_number=desk.answered)
        here = Marker(gauge=Gauge.PRICE_SOL, value=prices.price)
        size = size_lamports(entry, means_of(desk, self._board), here, prices)

        def amend(settlement: Settlement, market: Market, at: datetime) -> Settlement:
            basis = FillBasis(
                token=market.token,
                price=market.pool.price,
                sol_usd=self._board.sol_usd(),
                ranges=ranges,
                at=at,
            )
            return bracket(settlement, entry.exits, basis)

        intent = OpenIntent(
            token_id=entry.token_id, side=entry.side, size_lamports=size, leverage=entry.leverage
        )
        await self._trading.open(request, intent, answer, amend=amend)

    async def reverse(self, request: Request, number: int, answer: FillAnswer) -> None:
        """Close a position, then open the other way with what came back.

        Two bookings under keys made of the request's: asked again after a crash between them, the
        first is found done and the second follows. `answer` renders each. Raises `Refusal`; where
        the second is refused the first stands, and has been answered.
        """
        request.user.require(Permission.TRADE_PAPER)
        request.user.require_paper()
        closing = replace(request, request_id=f"{request.request_id}/close", update_id=None)
        opening = replace(request, request_id=f"{request.request_id}/open")
        closed = await self._closed(closing, number, answer)
        returned = closed.wallet_after_lamports - closed.wallet_before_lamports
        size = min(returned, closed.wallet_after_lamports - _KEPT_LAMPORTS)
        other = Side.SHORT if closed.side is Side.LONG else Side.LONG
        intent = OpenIntent(
            token_id=closed.token_id,
            side=other,
            size_lamports=max(size, 0),
            leverage=closed.leverage if other is Side.SHORT else 1,
        )
        await self._trading.open(opening, intent, answer, amend=_as_reverse)

    async def _closed(self, request: Request, number: int, answer: FillAnswer) -> Receipt:
        """Close the position, or find that this request did so before; gives that receipt."""
        desk = await self._books.desk(request.user.user_id, Mode.PAPER, request.request_id)
        if desk.answered is None:
            try:
                await self._trading.close(
                    request, CloseIntent(number=number), answer, amend=_as_reverse
                )
            except Refusal as refusal:
                if refusal.code != "already_done":
                    raise
            desk = await self._books.desk(request.user.user_id, Mode.PAPER, request.request_id)
        assert desk.answered is not None, "what was booked is found"  # noqa: S101
        filled = await self._book.filled(request.user.user_id, Mode.PAPER, desk.answered)
        assert filled is not None, "what was booked is found"  # noqa: S101
        return filled.receipt


def _as_reverse(settlement: Settlement, _market: Market, _at: datetime) -> Settlement:
    return replace(settlement, reason=FillReason.REVERSE)
