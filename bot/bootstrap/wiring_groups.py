"""Wires what happens in groups, and what those who run the bot see in chat."""

from typing import Protocol

from bot.adapters.database.groups import PostgresBroadcasts, PostgresGroups
from bot.adapters.database.mail import OnOutbox
from bot.bootstrap.bots import telegram_ids
from bot.bootstrap.outside import Outside
from bot.bootstrap.settings import Settings
from bot.bootstrap.wiring_operations import Watching
from bot.observability.log_ring import RECENT
from bot.ports.books import Books
from bot.services.group_calls import GroupCalls
from bot.services.group_closing import GroupClosing
from bot.services.groups import Groups
from bot.services.price_board import PriceBoard
from bot.services.rooms import Rooms
from bot.services.running import RunningBot
from bot.services.stop_notices import StopNotices
from bot.services.trading import Trading
from bot.services.valuation import Valuation
from bot.services.whole_pools import WholePools
from bot.telegram.call_news import CallNotices
from bot.telegram.chat_members import LiveMembers


class RoomParts(Protocol):
    """Of what all services are made of, what these need."""

    @property
    def outside(self) -> Outside:
        """The world outside."""

    @property
    def books(self) -> Books:
        """The books."""

    @property
    def board(self) -> PriceBoard:
        """The prices."""

    @property
    def pools(self) -> WholePools:
        """Pools that are read in full."""


def wire_rooms(
    settings: Settings,
    parts: RoomParts,
    trading: Trading,
    watching: Watching,
    *,
    on_outbox: OnOutbox,
    closed: StopNotices,
) -> Rooms:
    """Build them; `closed` gives people the receipts of what an admin closed."""
    outside, books, board = parts.outside, parts.books, parts.board
    ids, bots = telegram_ids(settings), outside.bots
    members = LiveMembers(
        api=outside.api,
        clock=outside.clock,
        bot_id=ids[0],
        bot_id_in=None if bots is None else lambda chat_id: ids[bots.serving(chat_id)],
    )
    book = PostgresGroups(outside.pool, on_outbox=on_outbox)
    groups = Groups(book=book, members=members)
    return Rooms(
        groups=groups,
        calls=GroupCalls(
            book=book, groups=groups, board=board, clock=outside.clock, news=CallNotices()
        ),
        closing=GroupClosing(
            book=book,
            groups=groups,
            books=books,
            trading=trading,
            valuation=Valuation(board=board, pools=parts.pools, clock=outside.clock),
            notices=closed,
        ),
        running=RunningBot(
            book=book,
            broadcasts=PostgresBroadcasts(outside.pool, on_outbox=on_outbox),
            operations=watching.operations,
            board=board,
            clock=outside.clock,
            logs=RECENT,
            well_being=watching.well_being,
            settings=settings.shown(),
        ),
    )
