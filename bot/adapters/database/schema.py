"""The tables, for Alembic and for the test that holds them against the database.

Every table that belongs to a user leads with `user_id`, so that it can be distributed by it.
Amounts are base units in NUMERIC(38,0), lamports too; NaN is refused by CHECK, and Infinity
does not fit the type. The functions and triggers that guard them live in `migrations/sql`.
"""

from bot.adapters.database import (
    schema_accounts,
    schema_alerts,
    schema_audit,
    schema_books,
    schema_bots,
    schema_changes,
    schema_gates,
    schema_graduations,
    schema_groups,
    schema_health,
    schema_leases,
    schema_live,
    schema_live_movements,
    schema_live_orders,
    schema_mail,
    schema_people,
    schema_reports,
    schema_resting,
    schema_risk,
    schema_stars,
    schema_tokens,
    schema_trust,
    schema_wallets_linked,
    schema_watchlist,
    schema_withdrawals,
)
from bot.adapters.database.schema_basis import metadata

TABLES = (
    schema_alerts,
    schema_audit,
    schema_books,
    schema_bots,
    schema_tokens,
    schema_mail,
    schema_people,
    schema_watchlist,
    schema_trust,
    schema_graduations,
    schema_groups,
    schema_health,
    schema_resting,
    schema_reports,
    schema_risk,
    schema_accounts,
    schema_stars,
    schema_live,
    schema_live_orders,
    schema_gates,
    schema_live_movements,
    schema_withdrawals,
    schema_wallets_linked,
    schema_changes,
    schema_leases,
)
"""The modules that put their tables into the metadata by being imported."""

__all__ = ["TABLES", "metadata"]
