"""Wire liquidations: their alarms in the trigger book, and whoever changes a short."""

from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.margin_warnings import PostgresMarginWarnings
from bot.bootstrap.outside import Outside
from bot.domain.price_trust import TrustRules
from bot.domain.triggers import Owner
from bot.services.funding import Funding
from bot.services.liquidations import Liquidations, ShortNotices
from bot.services.margin_warnings import MarginWarnings
from bot.services.price_board import PriceBoard
from bot.services.short_alarms import ShortAlarms
from bot.services.suspicions import Suspicions
from bot.services.trading import Trading
from bot.services.triggers import Triggers
from bot.services.whole_pools import WholePools


def wire_liquidations(
    outside: Outside,
    *,
    board: PriceBoard,
    pools: WholePools,
    books: PostgresBooks,
    trading: Trading,
    funding: Funding,
    triggers: Triggers,
    suspicions: Suspicions,
    rules: TrustRules,
    liquidated: ShortNotices,
    on_outbox: OnOutbox,
) -> Liquidations:
    """Build them, and make them known to the trigger book, to `Trading` and to `Funding`."""
    clock = outside.clock
    book = PostgresMarginWarnings(outside.pool, on_outbox=on_outbox)
    liquidations = Liquidations(
        board=board,
        pools=pools,
        trading=trading,
        books=books,
        clock=clock,
        liquidated=liquidated,
        suspicions=suspicions,
        rules=rules,
        alarms=ShortAlarms(triggers),
        warnings=MarginWarnings(book=book, clock=clock, notices=liquidated.warning),
    )
    triggers.tell(Owner.SHORT, liquidations, confirms_itself=True)
    trading.tell(liquidations.note_booked)
    funding.tell(liquidations.note_changed)
    return liquidations
