"""Wire the services to the outside world, by hand, in one place."""

from bot.adapters.database.alert_watch import PostgresAlerts
from bot.adapters.database.dialogs import PostgresDialogs
from bot.adapters.database.graduations import PostgresGraduations
from bot.adapters.database.languages import PostgresLanguages
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.presets import PostgresPresets
from bot.adapters.database.retention import PostgresRetention
from bot.adapters.database.watchlist import PostgresWatchlist
from bot.adapters.pictures.painter import ThreadPainter
from bot.bootstrap.alert_wiring import AlertParts, wire_alerts
from bot.bootstrap.liquidation_wiring import wire_liquidations
from bot.bootstrap.news import News
from bot.bootstrap.outside import Outside
from bot.bootstrap.parts import Parts, parts_of
from bot.bootstrap.people_wiring import wire_people
from bot.bootstrap.resting import Resting, wire_resting
from bot.bootstrap.rules import trust_rules
from bot.bootstrap.security_wiring import wire_security
from bot.bootstrap.seen import Seen
from bot.bootstrap.settings import Settings
from bot.bootstrap.wiring_charts import wire_candles, wire_charts
from bot.bootstrap.wiring_groups import wire_rooms
from bot.bootstrap.wiring_live import LiveDoors, wire_live
from bot.bootstrap.wiring_operations import wire_watching
from bot.bootstrap.wiring_premium import wire_premium
from bot.bootstrap.wiring_records import wire_records
from bot.bootstrap.wiring_redis import rounds_of
from bot.bootstrap.wiring_reports import ReportServices, report_services
from bot.engine.paper_venue import PaperVenue
from bot.engine.risk_gate import RiskSettings
from bot.engine.trading_engine import TradingEngine
from bot.services.alert_firing import AlertNotices
from bot.services.alert_following import AlertFollowing
from bot.services.alerts import Alerts
from bot.services.catalogue import Services
from bot.services.graduations import GraduationNotices, Graduations
from bot.services.languages import Languages
from bot.services.liquidations import Liquidations, ShortNotices
from bot.services.live import Live
from bot.services.movers import Movers
from bot.services.presets import PresetChoices
from bot.services.prices import Prices
from bot.services.records import Records
from bot.services.refresh import Refresh
from bot.services.resting_clock import RestingClock
from bot.services.resting_views import RestingNotices
from bot.services.security import Security
from bot.services.talk import Talk
from bot.services.ticks import Intervals, Ticks
from bot.services.trading import Trading
from bot.services.wallets import Wallets
from bot.services.watchlist import Watchlist


def wire(
    settings: Settings, outside: Outside, *, on_outbox: OnOutbox, seen: Seen, news: News
) -> Services:
    """Build every service; `on_outbox` is called after each commit that queued notices."""
    parts = parts_of(settings, outside, on_outbox, news)
    clock, pool, board = outside.clock, outside.pool, parts.board
    prices, trading = _prices(settings, parts), _trading(settings, parts)
    graduations = _graduations(parts, prices, on_outbox, news.graduated)
    resting = _resting(settings, parts, trading, on_outbox, notices=news.rested)
    liquidations = _liquidations(settings, parts, trading, news.liquidated, on_outbox)
    ticks = _ticks(settings, parts, prices, graduations, liquidations, resting.clock)
    parts.guards.breaker.followed = lambda: ticks.followed
    candles, painter = wire_candles(settings, outside, board), ThreadPainter()
    reports = _reports(parts, painter, on_outbox, news)
    wallets = _wallets(parts, resting.clock, liquidations)
    alerts, alert_following = _alerts(settings, parts, wallets, on_outbox, news.alerted)
    security = wire_security(settings, outside, parts.access, on_outbox, news.secured)
    watching = wire_watching(settings, parts, ticks, seen, news, on_outbox)
    return Services(
        access=parts.access,
        records=_records(settings, parts, security, on_outbox),
        languages=Languages(book=PostgresLanguages(pool), access=parts.access),
        modes=parts.modes,
        prices=prices,
        premium=wire_premium(settings, outside, parts.access, on_outbox),
        presets=PresetChoices(PostgresPresets(pool)),
        trading=trading,
        wallets=wallets,
        alerts=alerts,
        alert_following=alert_following,
        talk=Talk(books=parts.books, dialogs=PostgresDialogs(pool), clock=clock),
        ticks=ticks,
        suspicions=parts.suspicions,
        triggers=parts.triggers,
        resting=resting.orders,
        brackets=resting.brackets,
        resting_clock=resting.clock,
        liquidations=liquidations,
        safety=parts.safety,
        guards=parts.guards,
        security=security,
        candles=candles,
        charts=wire_charts(outside, parts.books, board, prices, candles, painter),
        movers=Movers(board=board, clock=clock),
        watchlist=Watchlist(board=board, shelf=PostgresWatchlist(pool), clock=clock),
        performance=reports.performance,
        reports=reports.reports,
        exports=reports.exports,
        leaderboards=reports.leaderboards,
        rooms=wire_rooms(
            settings, parts, trading, watching, on_outbox=on_outbox, closed=news.stopped
        ),
        operations=watching.operations,
        monitoring=watching.monitoring,
        backups=watching.backups,
        well_being=watching.well_being,
        outside_state=watching.outside_state,
        people=wire_people(settings, outside, parts.access, news.people, on_outbox=on_outbox),
        live=_live(settings, parts, trading, resting, security, painter, on_outbox, news),
    )


def _live(  # noqa: PLR0917 (one of each)
    settings: Settings,
    parts: Parts,
    trading: Trading,
    resting: Resting,
    security: Security,
    painter: ThreadPainter,
    on_outbox: OnOutbox,
    news: News,
) -> Live | None:
    doors = LiveDoors(news=news, painter=painter, on_outbox=on_outbox)
    return wire_live(settings, parts, trading, resting, security.factors, doors)


def _records(settings: Settings, parts: Parts, security: Security, on_outbox: OnOutbox) -> Records:
    factors, outside = security.factors, parts.outside
    return wire_records(
        settings,
        outside,
        access=parts.access,
        modes=parts.modes,
        triggers=parts.triggers,
        factors=factors,
        on_outbox=on_outbox,
    )


def _wallets(parts: Parts, resting: RestingClock, liquidations: Liquidations) -> Wallets:
    def note_season(user_id: int) -> None:
        resting.note_season(user_id)
        liquidations.note_season(user_id)

    return Wallets(
        books=parts.books,
        board=parts.board,
        pools=parts.pools,
        clock=parts.outside.clock,
        on_reset=note_season,
    )


def _graduations(
    parts: Parts, prices: Prices, on_outbox: OnOutbox, notices: GraduationNotices
) -> Graduations:
    return Graduations(
        board=parts.board,
        find=parts.outside.chain.find_token,
        take_up=prices.take_up,
        book=PostgresGraduations(parts.outside.pool, on_outbox=on_outbox),
        clock=parts.outside.clock,
        notices=notices,
    )


def _reports(
    parts: Parts, painter: ThreadPainter, on_outbox: OnOutbox, news: News
) -> ReportServices:
    return report_services(
        parts.outside,
        books=parts.books,
        board=parts.board,
        pools=parts.pools,
        painter=painter,
        on_outbox=on_outbox,
        reported=news.reported,
        mode_of=parts.modes.of,
    )


def _resting(
    settings: Settings,
    parts: Parts,
    trading: Trading,
    on_outbox: OnOutbox,
    *,
    notices: RestingNotices,
) -> Resting:
    return wire_resting(
        pool=parts.outside.pool,
        on_outbox=on_outbox,
        books=parts.books,
        board=parts.board,
        trading=trading,
        triggers=parts.triggers,
        suspicions=parts.suspicions,
        rules=trust_rules(settings),
        clock=parts.outside.clock,
        notices=notices,
        landing_seconds=parts.landing.seconds,
    )


def _prices(settings: Settings, parts: Parts) -> Prices:
    return Prices(
        board=parts.board,
        chain=parts.outside.chain,
        shelf=parts.shelf,
        clock=parts.outside.clock,
        popular_mints=settings.default_tokens,
        stale_seconds=2 * settings.price_refresh_seconds,
        suspicions=parts.suspicions,
        witnesses=parts.witnesses,
        safety=parts.safety,
    )


def _alerts(
    settings: Settings,
    parts: Parts,
    wallets: Wallets,
    on_outbox: OnOutbox,
    notices: AlertNotices,
) -> tuple[Alerts, AlertFollowing]:
    made_of = AlertParts(
        book=PostgresAlerts(parts.outside.pool, on_outbox=on_outbox),
        board=parts.board,
        books=parts.books,
        triggers=parts.triggers,
        suspicions=parts.suspicions,
        wallets=wallets,
        clock=parts.outside.clock,
    )
    return wire_alerts(
        made_of,
        notices=notices,
        rules=trust_rules(settings),
        target_seconds=settings.alert_target_seconds,
    )


def _trading(settings: Settings, parts: Parts) -> Trading:
    risk = RiskSettings(largest_impact=settings.largest_impact)
    return Trading(
        engine=TradingEngine(PaperVenue(), risk, parts.guards.worths),
        risk=risk,
        books=parts.books,
        board=parts.board,
        chain=parts.outside.chain,
        clock=parts.outside.clock,
        suspicions=parts.suspicions,
        safety=parts.safety,
    )


def _liquidations(
    settings: Settings,
    parts: Parts,
    trading: Trading,
    liquidated: ShortNotices,
    on_outbox: OnOutbox,
) -> Liquidations:
    return wire_liquidations(
        parts.outside,
        board=parts.board,
        pools=parts.pools,
        books=parts.books,
        trading=trading,
        funding=parts.guards.funding,
        triggers=parts.triggers,
        suspicions=parts.suspicions,
        rules=trust_rules(settings),
        liquidated=liquidated,
        on_outbox=on_outbox,
    )


def _ticks(  # noqa: PLR0917 (one of each)
    settings: Settings,
    parts: Parts,
    prices: Prices,
    graduations: Graduations,
    liquidations: Liquidations,
    resting: RestingClock,
) -> Ticks:
    board = parts.board
    telling, hearing = rounds_of(parts.outside.shared, board, parts.outside.clock)
    return Ticks(
        board=board,
        prices=prices,
        suspicions=parts.suspicions,
        witnesses=parts.witnesses,
        safety=parts.safety,
        graduations=graduations,
        liquidations=liquidations,
        triggers=parts.triggers,
        resting=resting,
        books=parts.books,
        chain=parts.outside.chain,
        refresh=Refresh(
            board=parts.board,
            chain=parts.outside.chain,
            shelf=parts.shelf,
            clock=parts.outside.clock,
        ),
        feed=parts.outside.chain.feed,
        retention=PostgresRetention(parts.outside.pool),
        clock=parts.outside.clock,
        price_days=settings.price_days,
        telling=telling,
        hearing=hearing,
        every=Intervals(
            all_seconds=settings.price_refresh_seconds, hot_seconds=settings.hot_refresh_seconds
        ),
    )
