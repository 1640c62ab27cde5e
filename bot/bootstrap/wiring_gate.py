"""Wire the gate from paper to live, and what live orders tell beside their paper twins."""

from bot.adapters.database.gates import PostgresGates
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.twins import PostgresTwins
from bot.bootstrap.gate_rules import gate_rules
from bot.bootstrap.parts import Parts
from bot.bootstrap.settings import Settings
from bot.services.gate import Gate, GateNotices
from bot.services.gate_reading import GateReading
from bot.services.twins import TwinFigures
from bot.services.valuation import Valuation


def wire_gate(settings: Settings, parts: Parts, notices: GateNotices, on_outbox: OnOutbox) -> Gate:
    """Build the gate on the books, the pools and the settings' thresholds."""
    outside, rules = parts.outside, gate_rules(settings)
    book = PostgresGates(outside.pool, on_outbox=on_outbox)
    reading = GateReading(
        book=book,
        twins=PostgresTwins(outside.pool),
        books=parts.books,
        valuation=Valuation(board=parts.board, pools=parts.pools, clock=outside.clock),
        rules=rules,
    )
    return Gate(book=book, reading=reading, rules=rules, clock=outside.clock, notices=notices)


def wire_twins(parts: Parts) -> TwinFigures:
    """Build what adds up how live fills came out against paper."""
    return TwinFigures(
        book=PostgresTwins(parts.outside.pool),
        tokens=parts.board.tokens,
        clock=parts.outside.clock,
        model=lambda: parts.landing.model,
    )
