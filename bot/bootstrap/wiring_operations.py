"""Wires what the operator and the status page see."""

from bot.adapters.database.census import PostgresCensus
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.adapters.database.mail import PostgresOutbox
from bot.adapters.database.pool_figures import pool_samples
from bot.bootstrap.outside import Outside
from bot.observability.sending import Sending
from bot.services.backups import Backups
from bot.services.census_taking import CensusTaking
from bot.services.monitoring import Monitoring
from bot.services.operations import Operations
from bot.services.outside_state import OutsideState
from bot.services.price_board import PriceBoard
from bot.services.queues import Queues
from bot.services.stops import Stops
from bot.services.suspicions import Suspicions
from bot.services.ticks import Ticks


def wire_operations(  # noqa: PLR0917 (one of each)
    outside: Outside,
    board: PriceBoard,
    outside_state: OutsideState,
    ticks: Ticks,
    sending: Sending,
    stops: Stops,
) -> Operations:
    """Build the figures about the whole."""
    pool, clock = outside.pool, outside.clock
    return Operations(
        board=board,
        outside=outside_state,
        audit=PostgresLedgerAudit(pool, clock),
        outbox=PostgresOutbox(pool),
        clock=clock,
        refresh=ticks.state,
        sending=sending,
        stops=stops.standing,
        is_live=outside.live is not None,
    )


def wire_monitoring(  # noqa: PLR0917 (one of each)
    outside: Outside,
    operations: Operations,
    outside_state: OutsideState,
    ticks: Ticks,
    sending: Sending,
    backups: Backups | None,
) -> Monitoring:
    """Build what a monitoring system is told."""
    pool, clock = outside.pool, outside.clock
    return Monitoring(
        operations=operations,
        outside=outside_state,
        queues=Queues(outbox=PostgresOutbox(pool), sending=sending, clock=clock),
        census=CensusTaking(census=PostgresCensus(pool), clock=clock),
        backups=backups,
        oldest_hot_price=ticks.oldest_hot_price,
        watches=(lambda: pool_samples(pool),),
        clock=clock,
    )


def wire_outside_state(
    outside: Outside, board: PriceBoard, suspicions: Suspicions, ticks: Ticks
) -> OutsideState:
    """Build what is told of endpoints, sources and disputes."""
    return OutsideState(
        chain=outside.chain,
        sources=outside.sources,
        refresh=ticks.state,
        board=board,
        suspicions=suspicions,
    )
