"""Wires premium for Telegram Stars."""

import secrets

from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.star_ledger import PostgresStarLedger
from bot.bootstrap.outside import Outside
from bot.bootstrap.settings import Settings
from bot.services.access import Access
from bot.services.premium import Premium
from bot.telegram.star_desk import TelegramStarDesk
from bot.telegram.star_notices import StarNews

_ID_BYTES = 16


def wire_premium(
    settings: Settings, outside: Outside, access: Access, on_outbox: OnOutbox
) -> Premium:
    """Build it around the Bot API and the books of Stars."""
    return Premium(
        ledger=PostgresStarLedger(outside.pool, on_outbox=on_outbox),
        desk=TelegramStarDesk(outside.api),
        access=access,
        clock=outside.clock,
        new_id=lambda: secrets.token_urlsafe(_ID_BYTES),
        notices=StarNews(admin_ids=sorted(settings.admin_ids)),
        stars=settings.premium_stars,
    )
