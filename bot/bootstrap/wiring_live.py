"""Wire live trading, where the operator has turned it on."""

import asyncio
from dataclasses import dataclass, replace

from bot.adapters.database.cleanups import PostgresCleanups
from bot.adapters.database.live_accounts import PostgresLiveAccounts
from bot.adapters.database.live_choices import PostgresLiveChoices
from bot.adapters.database.live_orders import PostgresLiveOrders
from bot.adapters.database.live_wallets import PostgresLiveWallets
from bot.adapters.database.mail import OnOutbox
from bot.bootstrap.live_resting import LiveRestingParts, sequel_of, wire_live_resting
from bot.bootstrap.news import News
from bot.bootstrap.outside import LiveOutside
from bot.bootstrap.parts import Parts
from bot.bootstrap.resting import Resting
from bot.bootstrap.settings import Settings
from bot.bootstrap.settings_live import live_rules
from bot.bootstrap.wiring_deposits import movement_means
from bot.bootstrap.wiring_gate import wire_gate, wire_twins
from bot.bootstrap.wiring_linked import wire_imports, wire_key_checks, wire_watched
from bot.bootstrap.wiring_withdrawals import wire_withdrawals
from bot.domain.live_questions import LiveRestingRules
from bot.domain.signing.rules import SigningRules
from bot.ports.pictures import CodePainter
from bot.services.cleanups import Cleanups
from bot.services.deposits import Deposits
from bot.services.factors import Factors
from bot.services.live import Live
from bot.services.live_asking import LiveAsking
from bot.services.live_choices import LiveChoices
from bot.services.live_entries import LiveEntries
from bot.services.live_means import LiveMeans, LiveNotices
from bot.services.live_movements import LiveMovements
from bot.services.live_orders import LiveOrders
from bot.services.live_reconciliation import LiveReconciliation
from bot.services.live_wallets import LiveWallets
from bot.services.paper_twins import PaperTwins
from bot.services.trading import Trading

_VENUE = "jupiter"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveDoors:
    """What takes along whatever real money has to tell: words, pictures, and the outbox."""

    news: News
    painter: CodePainter
    on_outbox: OnOutbox


def wire_live(  # noqa: PLR0917 (one of each)
    settings: Settings,
    parts: Parts,
    trading: Trading,
    resting: Resting,
    factors: Factors,
    doors: LiveDoors,
) -> Live | None:
    """Build the services of real money; None where live trading is off."""
    news, painter, on_outbox = doors.news, doors.painter, doors.on_outbox
    live = parts.outside.live
    if live is None:
        return None
    outside = parts.outside
    waiting = LiveRestingParts(
        resting=resting,
        board=parts.board,
        clock=outside.clock,
        notices=news.live_rested,
        rules=LiveRestingRules(gap_percent=settings.live_gap_percent),
    )
    means = _means(settings, live, parts, news.live, on_outbox)
    means = replace(means, sequel=sequel_of(waiting))
    wallets = LiveWallets(book=means.wallets, make_key=live.signer.new_wallet, clock=outside.clock)
    entries = LiveEntries(trading, parts.books)
    gate = wire_gate(settings, parts, news.gate, on_outbox)
    twin = PaperTwins(trading).decide
    orders = LiveOrders(means, twin=twin, check_entry=entries.check, gate=gate)
    withdrawals = wire_withdrawals(settings, parts, means, factors, news.withdrawn, on_outbox)
    moved = movement_means(
        settings,
        outside,
        means,
        trading,
        releases=(orders.give_up, withdrawals.payments.give_up),
        notices=news.moved,
        on_outbox=on_outbox,
    )
    movements = LiveMovements(moved)
    parts.guards.stops.take_live(orders, means.rules.most_slippage_bps)
    return Live(
        orders=orders,
        asking=LiveAsking(means, orders.deciding),
        choices=LiveChoices(PostgresLiveChoices(outside.pool, on_outbox), means.rules),
        resting=wire_live_resting(waiting, means, orders),
        wallets=wallets,
        reconciliation=LiveReconciliation(means, moved.balances),
        gate=gate,
        twins=wire_twins(parts),
        landing=parts.landing,
        movements=movements,
        deposits=Deposits(wallets=wallets, means=moved, movements=movements, painter=painter),
        withdrawals=withdrawals,
        cleanups=Cleanups(moved, PostgresCleanups(outside.pool, on_outbox), news.cleaned),
        watched=wire_watched(means, parts),
        imports=wire_imports(means, live.signer, factors),
        key_checks=wire_key_checks(means, live.signer, parts, on_outbox),
    )


def _means(
    settings: Settings,
    live: LiveOutside,
    parts: Parts,
    notices: LiveNotices,
    on_outbox: OnOutbox,
) -> LiveMeans:
    pool = parts.outside.pool
    return LiveMeans(
        book=PostgresLiveOrders(pool, on_outbox),
        accounts=PostgresLiveAccounts(pool, on_outbox),
        wallets=PostgresLiveWallets(pool),
        books=parts.books,
        venue=live.venue,
        venue_name=_VENUE,
        chain=live.sending,
        signer=live.signer,
        clock=parts.outside.clock,
        tokens=parts.board.tokens,
        notices=notices,
        rules=live_rules(settings, tip_lamports=settings.live_tip_lamports),
        signing_rules=signing_rules(settings),
        pause=asyncio.sleep,
    )


def signing_rules(settings: Settings) -> SigningRules:
    """Give the rules that hold for every message, as the settings have them."""
    return SigningRules(
        counterparties=frozenset(settings.live_counterparties),
        more_tip_accounts=frozenset(settings.live_tip_accounts),
    )
