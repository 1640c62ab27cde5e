"""Wires what the operator, the status page and a monitoring system see."""

from dataclasses import dataclass

from bot.adapters.database.census import PostgresCensus
from bot.adapters.database.health import PostgresHealth
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.adapters.database.mail import OnOutbox, PostgresOutbox
from bot.adapters.database.pool_figures import pool_samples
from bot.bootstrap.news import News
from bot.bootstrap.outside import Outside
from bot.bootstrap.parts import Parts
from bot.bootstrap.seen import Seen
from bot.bootstrap.settings import Settings
from bot.bootstrap.wiring_backups import wire_backups
from bot.bootstrap.wiring_health import wire_health
from bot.observability.sending import Sending
from bot.services.backups import Backups
from bot.services.census_taking import CensusTaking
from bot.services.monitoring import Monitoring
from bot.services.operations import Operations
from bot.services.outside_state import OutsideState
from bot.services.queues import Queues
from bot.services.ticks import Ticks
from bot.services.well_being import WellBeing

_MOST_SECONDS = 5.0  # a page of figures is asked for every 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """The services that look at the whole, and at nobody in particular."""

    operations: Operations
    outside_state: OutsideState
    well_being: WellBeing
    backups: Backups | None
    monitoring: Monitoring


def wire_watching(  # noqa: PLR0917 (one of each)
    settings: Settings,
    parts: Parts,
    ticks: Ticks,
    seen: Seen,
    news: News,
    on_outbox: OnOutbox,
) -> Watching:
    """Build them; raises `Unavailable` where the master key cannot be read."""
    outside = parts.outside
    outside_state = OutsideState(
        chain=outside.chain,
        sources=outside.sources,
        refresh=ticks.state,
        board=parts.board,
        suspicions=parts.suspicions,
    )
    backups = wire_backups(settings, outside, news.backups)
    well_being = wire_health(settings, parts, ticks, news, on_outbox, backups, seen.tally)
    return Watching(
        operations=_operations(parts, outside_state, ticks, seen.sending),
        outside_state=outside_state,
        well_being=well_being,
        backups=backups,
        monitoring=Monitoring(
            health=well_being.health,
            book=PostgresHealth(outside.pool, outside.clock, most_seconds=_MOST_SECONDS),
            outside=outside_state,
            queues=_queues(outside, seen.sending),
            census=CensusTaking(census=PostgresCensus(outside.pool), clock=outside.clock),
            backups=backups,
            oldest_hot_price=ticks.oldest_hot_price,
            watches=(lambda: pool_samples(outside.pool),),
            clock=outside.clock,
        ),
    )


def _operations(
    parts: Parts, outside_state: OutsideState, ticks: Ticks, sending: Sending
) -> Operations:
    outside = parts.outside
    return Operations(
        board=parts.board,
        outside=outside_state,
        audit=PostgresLedgerAudit(outside.pool, outside.clock),
        outbox=PostgresOutbox(outside.pool),
        clock=outside.clock,
        refresh=ticks.state,
        sending=sending,
        stops=parts.guards.stops.standing,
        is_live=outside.live is not None,
    )


def _queues(outside: Outside, sending: Sending) -> Queues:
    return Queues(outbox=PostgresOutbox(outside.pool), sending=sending, clock=outside.clock)
