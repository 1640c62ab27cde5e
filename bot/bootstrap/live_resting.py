"""Wire live orders that wait: fired by the trigger book, carried out as live orders."""

from dataclasses import dataclass

from bot.bootstrap.resting import Resting
from bot.domain.live_questions import LiveRestingRules
from bot.ports.clock import Clock
from bot.services.break_even import BreakEvens
from bot.services.live_firings import LiveFirings
from bot.services.live_means import LiveMeans
from bot.services.live_orders import LiveOrders
from bot.services.live_resting import LiveResting
from bot.services.live_resting_views import LiveRestingNotices
from bot.services.live_sequel import RestingSequel
from bot.services.price_board import PriceBoard
from bot.services.resting_refusals import RestingRefusals


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRestingParts:
    """What live orders that wait are made of, beside live orders themselves."""

    resting: Resting
    board: PriceBoard
    clock: Clock
    notices: LiveRestingNotices
    rules: LiveRestingRules


def sequel_of(parts: LiveRestingParts) -> RestingSequel:
    """Build what a live order's end means for the order that waited for it."""
    return RestingSequel(
        book=parts.resting.book,
        board=parts.board,
        ranges=parts.resting.ranges,
        watch=parts.resting.watch,
        clock=parts.clock,
        notices=parts.notices,
        rules=parts.rules,
        hear=parts.resting.clock.note_booked,
    )


def wire_live_resting(parts: LiveRestingParts, means: LiveMeans, orders: LiveOrders) -> LiveResting:
    """Build them, and make them known to the clock of all orders that wait."""
    resting = parts.resting
    firings = LiveFirings(
        orders=orders,
        books=means.books,
        book=resting.book,
        board=parts.board,
        watch=resting.watch,
        clock=parts.clock,
        refusals=RestingRefusals(
            books=means.books,
            book=resting.book,
            board=parts.board,
            watch=resting.watch,
            notices=resting.notices,
        ),
        break_evens=BreakEvens(
            book=resting.book, board=parts.board, clock=parts.clock, notices=resting.notices
        ),
        notices=parts.notices,
        rules=parts.rules,
        most_slippage_bps=means.rules.most_slippage_bps,
    )
    resting.clock.take_live(firings)
    return LiveResting(
        orders=resting.orders,
        book=resting.book,
        planner=resting.planner,
        watch=resting.watch,
        firings=firings,
        wallets=means.wallets,
        accounts=means.accounts,
        clock=parts.clock,
    )
