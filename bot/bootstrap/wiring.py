"""Wire the services to the outside world, by hand, in one place."""

from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.dialogs import PostgresDialogs
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.adapters.database.mail import OnOutbox, PostgresOutbox
from bot.adapters.database.retention import PostgresRetention
from bot.adapters.database.shelf import PostgresShelf
from bot.bootstrap.outside import Outside
from bot.bootstrap.settings import Settings
from bot.domain.users import Role
from bot.engine.paper_venue import PaperVenue
from bot.engine.risk_gate import RiskSettings
from bot.engine.trading_engine import TradingEngine
from bot.services.access import Access
from bot.services.catalogue import Services
from bot.services.liquidations import LiquidationNotice, Liquidations
from bot.services.operations import Operations
from bot.services.price_board import PriceBoard
from bot.services.prices import Prices
from bot.services.talk import Talk
from bot.services.ticks import Ticks
from bot.services.trading import Trading
from bot.services.wallets import Wallets
from bot.services.whole_pools import WholePools


def wire(
    settings: Settings,
    outside: Outside,
    *,
    on_outbox: OnOutbox,
    liquidated: LiquidationNotice,
) -> Services:
    """Build every service; `on_outbox` is called after each commit that queued notices."""
    clock, chain, pool = outside.clock, outside.chain, outside.pool
    board = PriceBoard()
    books = PostgresBooks(pool, on_outbox=on_outbox)
    shelf = PostgresShelf(pool)
    risk = RiskSettings(largest_impact=settings.largest_impact)
    prices = Prices(
        board=board,
        chain=chain,
        shelf=shelf,
        clock=clock,
        popular_mints=settings.default_tokens,
        stale_seconds=2 * settings.price_refresh_seconds,
    )
    pools = WholePools(board=board, chain=chain, clock=clock)
    trading = Trading(
        engine=TradingEngine(PaperVenue(), risk),
        risk=risk,
        books=books,
        board=board,
        chain=chain,
        clock=clock,
    )
    ticks = Ticks(
        board=board,
        prices=prices,
        liquidations=Liquidations(
            board=board,
            pools=pools,
            trading=trading,
            books=books,
            clock=clock,
            liquidated=liquidated,
        ),
        books=books,
        shelf=shelf,
        chain=chain,
        retention=PostgresRetention(pool),
        clock=clock,
    )
    return Services(
        access=Access(
            books=books,
            clock=clock,
            roles=dict.fromkeys(settings.premium_ids, Role.PREMIUM)
            | dict.fromkeys(settings.admin_ids, Role.ADMIN),
        ),
        prices=prices,
        trading=trading,
        wallets=Wallets(books=books, board=board, pools=pools, clock=clock),
        talk=Talk(books=books, dialogs=PostgresDialogs(pool), clock=clock),
        ticks=ticks,
        operations=Operations(
            board=board,
            chain=chain,
            audit=PostgresLedgerAudit(pool, clock),
            outbox=PostgresOutbox(pool),
            clock=clock,
            refresh=ticks.state,
        ),
    )
