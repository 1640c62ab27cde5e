"""Wire what knows whose money people trade with."""

from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.modes import PostgresModes
from bot.bootstrap.outside import Outside
from bot.bootstrap.settings import Settings
from bot.services.modes import Modes


def wire_modes(settings: Settings, outside: Outside, on_outbox: OnOutbox) -> Modes:
    """Build it; with live trading off everybody is on paper."""
    book = PostgresModes(outside.pool, on_outbox=on_outbox)
    return Modes(book=book, is_live_on=settings.live_trading)
