"""What most services are made of, wired first."""

from dataclasses import dataclass

from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.shelf import PostgresShelf
from bot.adapters.database.suspicions import PostgresSuspicions
from bot.bootstrap.landing import landing_delays
from bot.bootstrap.news import News
from bot.bootstrap.outside import Outside
from bot.bootstrap.people_wiring import access_of
from bot.bootstrap.rules import trust_rules
from bot.bootstrap.safeguards import safeguards
from bot.bootstrap.settings import Settings
from bot.bootstrap.wiring_modes import wire_modes
from bot.services.access import Access
from bot.services.landing import LandingDelays
from bot.services.modes import Modes
from bot.services.price_board import PriceBoard
from bot.services.safeguards import Safeguards
from bot.services.safety import Safety
from bot.services.safety_facts import SafetyFacts
from bot.services.suspicions import Suspicions
from bot.services.triggers import Triggers
from bot.services.whole_pools import WholePools
from bot.services.witnesses import Witnesses


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What most services are made of."""

    outside: Outside
    board: PriceBoard
    books: PostgresBooks
    shelf: PostgresShelf
    pools: WholePools
    suspicions: Suspicions
    witnesses: Witnesses
    access: Access
    safety: Safety
    triggers: Triggers
    guards: Safeguards
    modes: Modes
    landing: LandingDelays


def parts_of(settings: Settings, outside: Outside, on_outbox: OnOutbox, news: News) -> Parts:
    """Build them; `on_outbox` is called after each commit that queued notices."""
    clock, pool, board = outside.clock, outside.pool, PriceBoard()
    books, shelf = PostgresBooks(pool, on_outbox=on_outbox), PostgresShelf(pool)
    access = access_of(settings, books, clock)
    pools = WholePools(board=board, chain=outside.chain, clock=clock)
    facts = SafetyFacts(board=board, chain=outside.chain, shelf=shelf, clock=clock)
    suspicions = Suspicions(
        board=board,
        book=PostgresSuspicions(pool, on_outbox=on_outbox),
        clock=clock,
        rules=trust_rules(settings),
        notices=news.warnings,
    )
    witnesses = Witnesses(
        sources=outside.token_sources, board=board, suspicions=suspicions, clock=clock
    )
    safety = Safety(
        board=board,
        facts=facts,
        pools=pools,
        books=books,
        access=access,
        witnesses=witnesses,
        clock=clock,
    )
    return Parts(
        outside=outside,
        board=board,
        landing=landing_delays(settings, outside),
        books=books,
        shelf=shelf,
        pools=pools,
        access=access,
        safety=safety,
        suspicions=suspicions,
        witnesses=witnesses,
        triggers=Triggers(
            board=board,
            suspicions=suspicions,
            rules=trust_rules(settings),
            time_of=outside.chain.time_of,
            clock=clock,
        ),
        guards=safeguards(
            settings,
            pool=pool,
            on_outbox=on_outbox,
            books=books,
            board=board,
            safety=safety,
            suspicions=suspicions,
            clock=clock,
            chain=outside.chain,
            notices=news.stopped,
        ),
        modes=wire_modes(settings, outside, on_outbox),
    )
